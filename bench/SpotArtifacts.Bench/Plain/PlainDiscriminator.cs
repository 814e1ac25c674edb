using SpotArtifacts.Networks;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Bench.Plain;

/// <summary>A layer without bias, a batch norm that only shifts (its scale stays 1), ReLU.</summary>
internal sealed class PlainShifted : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly nn.Module<Tensor, Tensor> _layer;
    [ComponentName(Name = "bn")] private readonly nn.Module<Tensor, Tensor> _norm;

    internal PlainShifted(nn.Module<Tensor, Tensor> layer, nn.Module<Tensor, Tensor> norm) : base(nameof(PlainShifted))
    {
        (_layer, _norm) = (layer, norm);
        norm.get_parameter("weight")!.requires_grad = false;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.relu(_norm.forward(_layer.forward(input)));
}

/// <summary>AlexNet with two-column convolutions and both heads.</summary>
internal sealed class PlainDiscriminator : nn.Module<Tensor, (Tensor Logits, Tensor Masks)>
{
    private readonly int _stride;
    private readonly double _dropout;
    private readonly Tensor _mean = tensor(new float[] { 123.68f, 116.78f, 103.94f }).reshape(1, 3, 1, 1);
    [ComponentName(Name = "conv1")] private readonly Conv2d _conv1;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "conv3")] private readonly Conv2d _conv3;
    [ComponentName(Name = "conv4")] private readonly Conv2d _conv4;
    [ComponentName(Name = "conv5")] private readonly PlainShifted _conv5;
    [ComponentName(Name = "mask_head")] private readonly Conv2d _maskHead;
    [ComponentName(Name = "fc1")] private readonly PlainShifted _fc1;
    [ComponentName(Name = "fc2")] private readonly Linear _fc2;

    internal PlainDiscriminator(NetworkOptions options) : base("discriminator")
    {
        if (options.Trunk != TrunkKind.Alexnet)
            throw new SpotException($"network.trunk {options.Trunk}: the plain network to compare with is an alexnet");
        IReadOnlyList<int> k = options.DiscriminatorWidths;
        (_stride, _dropout, Channels) = (options.Conv1Stride, options.Dropout, k[4]);
        _conv1 = Conv2d(3, k[0], 11, _stride);
        _conv2 = Conv2d(k[0], k[1], 5, padding: 2, groups: 2);
        _conv3 = Conv2d(k[1], k[2], 3, padding: 1);
        _conv4 = Conv2d(k[2], k[3], 3, padding: 1, groups: 2);
        _conv5 = new PlainShifted(Conv2d(k[3], k[4], 3, padding: 1, groups: 2, bias: false),
            BatchNorm2d(k[4], eps: 1e-3, momentum: 0.025));
        _maskHead = Conv2d(k[4], 1, 3, padding: 1);
        _fc1 = new PlainShifted(
            Linear(k[4] * options.KeepMaskGrid * options.KeepMaskGrid, options.ClassHeadWidth, hasBias: false),
            BatchNorm1d(options.ClassHeadWidth, eps: 1e-3, momentum: 0.025));
        _fc2 = Linear(options.ClassHeadWidth, 2);
        RegisterComponents();
    }

    /// <summary>Channels of conv5.</summary>
    internal long Channels { get; }

    /// <summary>conv5 after batch norm and ReLU.</summary>
    internal Tensor Conv5(Tensor images)
    {
        Tensor x = images * 127.5 - (_mean - 127.5);
        x = PoolAndNormalize(functional.relu(_conv1.forward(PadSame(x, 11, _stride, 0))));
        x = PoolAndNormalize(functional.relu(_conv2.forward(x)));
        x = functional.relu(_conv4.forward(functional.relu(_conv3.forward(x))));
        return _conv5.forward(x);
    }

    public override (Tensor Logits, Tensor Masks) forward(Tensor images)
    {
        Tensor conv5 = Conv5(images);
        Tensor hidden = _fc1.forward(conv5.flatten(1));
        return (_fc2.forward(functional.dropout(hidden, _dropout, training)), OddConvolution.Apply(_maskHead, conv5));
    }

    private static Tensor PoolAndNormalize(Tensor x) => functional.local_response_norm(
        functional.max_pool2d(PadSame(x, 3, 2, double.NegativeInfinity), [3, 3], [2, 2]), 5, alpha: 1e-4, beta: 0.75, k: 1);

    // TensorFlow's SAME: the odd pixel at bottom and right.
    private static Tensor PadSame(Tensor x, int kernel, int stride, double value)
    {
        long rows = Total(x.shape[2]), columns = Total(x.shape[3]);
        return rows + columns == 0 ? x
            : functional.pad(x, [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2], value: value);

        long Total(long size) => Math.Max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
    }
}
