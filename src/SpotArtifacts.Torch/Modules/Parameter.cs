namespace SpotArtifacts.Torch.Modules;

/// <summary>What a tensor of a module is; decides who changes it and whether it decays.</summary>
public enum ParameterRole
{
    /// <summary>Convolution weight (out, in / groups, kh, kw): trained, decays.</summary>
    ConvolutionWeight,

    /// <summary>Convolution bias: trained.</summary>
    Bias,

    /// <summary>Gamma of a batch norm: trained.</summary>
    NormScale,

    /// <summary>Beta of a batch norm: trained.</summary>
    NormShift,

    /// <summary>Running statistic of a batch norm: updated by forward passes, not by an optimiser.</summary>
    RunningStatistic,
}

/// <summary>A named tensor that a module owns.</summary>
public sealed class Parameter : IDisposable
{
    internal Parameter(string name, Tensor value, ParameterRole role)
    {
        Name = name;
        Role = role;
        Value = value.Detached();
        if (IsTrained) Value.RequiresGrad = true;
    }

    /// <summary>Full name, as <c>encoder.stem.conv.weight</c>.</summary>
    public string Name { get; }

    /// <summary>What the tensor is.</summary>
    public ParameterRole Role { get; }

    /// <summary>Columns of a grouped convolution; 1 for everything else.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The tensor; owned by this object.</summary>
    public Tensor Value { get; private set; }

    /// <summary>Whether an optimiser may change it.</summary>
    public bool IsTrained => Role != ParameterRole.RunningStatistic;

    /// <summary>Overwrites the values; the shape stays.</summary>
    public void Set(Tensor source)
    {
        using GradMode off = Autograd.Disable();
        Value.CopyInPlace(source);
    }

    /// <summary>Overwrites the values with row-major data.</summary>
    public void Set(ReadOnlySpan<float> source)
    {
        using GradMode off = Autograd.Disable();
        Value.CopyFrom(source);
    }

    /// <summary>Moves the values to another device, in a new tensor.</summary>
    public void MoveTo(string device)
    {
        using GradMode off = Autograd.Disable();
        using Tensor there = Value.To(device, Value.ElementType);
        Tensor moved = there.Clone().Detached();
        Value.Dispose();
        Value = moved;
        if (IsTrained) Value.RequiresGrad = true;
    }

    /// <inheritdoc/>
    public void Dispose() => Value.Dispose();
}
