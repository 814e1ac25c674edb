using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting.Trunks;

/// <summary>A group of ResNet's basic blocks, as parts <c>0</c>, <c>1</c>, ...</summary>
internal sealed class ResidualGroup : nn.Module<Tensor, Tensor>
{
    private readonly ResidualBlock[] _blocks;

    /// <param name="blocks">What it consists of.</param>
    public ResidualGroup(IReadOnlyList<ResidualBlockPlan> blocks) : base(nameof(ResidualGroup))
    {
        _blocks = [.. blocks.Select(block => new ResidualBlock(block))];
        for (int i = 0; i < _blocks.Length; i++)
            register_module($"{i}", _blocks[i]);
    }

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W'), after ReLU.</summary>
    public Tensor Forward(Tensor x, bool training) => _blocks.Aggregate(x, (x, block) => block.Forward(x, training));
}

/// <summary>
/// relu(norm(conv2(relu(norm(conv1(x))))) + x), where the last x goes through a 1x1 convolution if its form changes.
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv1")] private readonly NormalizedConvolution _first;
    [ComponentName(Name = "conv2")] private readonly NormalizedConvolution _second;
    [ComponentName(Name = "shortcut")] private readonly NormalizedConvolution? _shortcut;

    /// <summary>Parts <c>conv1</c>, <c>conv2</c> and, where it is needed, <c>shortcut</c>.</summary>
    public ResidualBlock(ResidualBlockPlan plan) : base(nameof(ResidualBlock))
    {
        _first = new NormalizedConvolution(plan.First.Shape);
        _second = new NormalizedConvolution(plan.Second.Shape);
        _shortcut = plan.Shortcut is null ? null : new NormalizedConvolution(plan.Shortcut.Shape);
        RegisterComponents();
    }

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W'), after ReLU.</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        Tensor inner = _first.Normalize(x, training).relu_();
        // In place: the gradient of a batch norm takes its input, not its output.
        return _second.Normalize(inner, training).AddInPlace(_shortcut is null ? x : _shortcut.Normalize(x, training)).relu_();
    }
}
