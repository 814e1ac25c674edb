using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Bench.Plain;

/// <summary>Convolution, batch norm, LeakyReLU.</summary>
internal sealed class PlainBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "bn")] private readonly BatchNorm2d _norm;

    internal PlainBlock(int inputs, int outputs, int kernel, int stride, int padding) : base(nameof(PlainBlock))
    {
        _conv = Conv2d(inputs, outputs, kernel, stride, padding, bias: false);
        _norm = BatchNorm2d(outputs, eps: 1e-3, momentum: 0.025);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.leaky_relu(
        _norm.forward(_conv.in_channels % 2 == 0 ? _conv.forward(input) : OddConvolution.Apply(_conv, input)), 0.2);
}

/// <summary>
/// A convolution that sums over 1 or 3 channels more than a multiple of 16, forward or for the gradient of its input: libtorch
/// 2.10's row-major kernels compute that wrongly on processors with AVX-512, which golden tensors show. The one thing here that a
/// user has to know.
/// </summary>
internal static class OddConvolution
{
    internal static Tensor Apply(Conv2d convolution, Tensor x) =>
        convolution.forward(x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)).contiguous();
}

/// <summary>Images to bottleneck features.</summary>
internal sealed class PlainEncoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "stem")] private readonly PlainBlock _stem;
    [ComponentName(Name = "down")] private readonly ModuleList<PlainBlock> _down = [];

    internal PlainEncoder(int stem, IReadOnlyList<int> widths) : base("encoder")
    {
        _stem = new PlainBlock(3, stem, 3, 1, 1);
        for (int i = 0; i < widths.Count; i++)
            _down.Add(new PlainBlock(i == 0 ? stem : widths[i - 1], widths[i], 2, 2, 0));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor x = _stem.forward(input);
        foreach (PlainBlock down in _down)
            x = down.forward(x);
        return x;
    }
}

/// <summary>Bottleneck features to images.</summary>
internal sealed class PlainDecoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "up")] private readonly ModuleList<PlainBlock> _up = [];
    [ComponentName(Name = "out")] private readonly Conv2d _out;

    internal PlainDecoder(IReadOnlyList<int> levels) : base("decoder")
    {
        for (int i = 0; i + 1 < levels.Count; i++)
            _up.Add(new PlainBlock(levels[i], levels[i + 1], 3, 1, 1));
        _out = Conv2d(levels[^1], 3, 3, padding: 1);
        RegisterComponents();
    }

    internal Tensor Level(int level, Tensor x) => _up[level].forward(functional.interpolate(x, [x.shape[2] * 2, x.shape[3] * 2],
        mode: InterpolationMode.Bilinear, align_corners: false));

    internal Tensor ToImage(Tensor x) => functional.tanh(OddConvolution.Apply(_out, x));

    public override Tensor forward(Tensor input)
    {
        Tensor x = input;
        for (int level = 0; level < _up.Count; level++)
            x = Level(level, x);
        return ToImage(x);
    }
}

/// <summary>Changes what lies under dropped entries.</summary>
internal sealed class PlainRepairBlock : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "conv1")] private readonly PlainBlock _conv1;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;

    internal PlainRepairBlock(int width) : base(nameof(PlainRepairBlock))
    {
        _conv1 = new PlainBlock(width + 1, width, 3, 1, 1);
        _conv2 = Conv2d(width, width, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask)
    {
        Tensor here = functional.interpolate(mask, [x.shape[2], x.shape[3]], mode: InterpolationMode.Nearest);
        return x + (1 - here) * _conv2.forward(_conv1.forward(cat([x, here], 1)));
    }
}

/// <summary>The repair blocks, run between the levels of a decoder that is not theirs.</summary>
internal sealed class PlainRepair : nn.Module
{
    [ComponentName(Name = "blocks")] private readonly ModuleList<PlainRepairBlock> _blocks = [];

    internal PlainRepair(IReadOnlyList<int> levels) : base("repair")
    {
        foreach (int width in levels)
            _blocks.Add(new PlainRepairBlock(width));
        RegisterComponents();
    }

    internal Tensor Decode(Tensor damaged, Tensor mask, PlainDecoder decoder)
    {
        Tensor x = damaged;
        for (int level = 0; level < _blocks.Count - 1; level++)
            x = decoder.Level(level, _blocks[level].forward(x, mask));
        return decoder.ToImage(_blocks[^1].forward(x, mask));
    }
}
