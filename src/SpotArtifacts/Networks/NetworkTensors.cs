using SpotArtifacts.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SpotArtifacts.Networks;

/// <summary>What a tensor of a network is; decides who changes it and whether it decays.</summary>
public enum TensorRole
{
    /// <summary>Convolution weight (out, in / groups, kh, kw): trained, decays.</summary>
    ConvolutionWeight,

    /// <summary>Convolution bias: trained.</summary>
    Bias,

    /// <summary>Gamma of a batch norm: trained.</summary>
    NormScale,

    /// <summary>Beta of a batch norm: trained.</summary>
    NormShift,

    /// <summary>Running statistic of a batch norm, or another state: updated by forward passes, not by an optimiser.</summary>
    RunningStatistic,

    /// <summary>Parameter of a module of somebody else's, of two dimensions or more: trained, decays.</summary>
    OtherWeight,

    /// <summary>Parameter of a module of somebody else's, of one dimension or none: trained.</summary>
    OtherParameter,
}

/// <summary>A named tensor of a network, which owns it.</summary>
/// <param name="Name">Full name, as <c>encoder.stem.conv.weight</c>.</param>
/// <param name="Value">The tensor.</param>
/// <param name="Role">What it is.</param>
/// <param name="Groups">Columns of a grouped convolution; 1 for everything else.</param>
public sealed record NetworkTensor(string Name, Tensor Value, TensorRole Role, int Groups = 1)
{
    /// <summary>Whether an optimiser may change it.</summary>
    public bool IsTrained => Role != TensorRole.RunningStatistic;

    /// <summary>Overwrites the values; the shape stays.</summary>
    public void Set(Tensor source) => Value.Assign(source);

    /// <summary>Overwrites the values with row-major data.</summary>
    public void Set(ReadOnlySpan<float> source)
    {
        if (Value.dtype == ScalarType.Float32)
        {
            Value.CopyFrom(source);
            return;
        }
        using Tensor values = TensorData.From(source, Value.shape);
        Value.Assign(values);
    }
}

/// <summary>
/// The tensors of networks built of <see cref="Convolution"/>, <see cref="BatchNorm"/> and modules of somebody else's, by name and role.
/// </summary>
public static class NetworkTensors
{
    /// <summary>
    /// All tensors, running statistics included, in the order of the layers. Names are those of <c>state_dict</c>, with the
    /// network's own name and a dot before them where it has one.
    /// </summary>
    public static IReadOnlyList<NetworkTensor> Tensors(this nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        List<NetworkTensor> tensors = [];
        Collect(network, network.GetName(), tensors);
        return tensors;
    }

    /// <summary>The tensors that an optimiser may change.</summary>
    public static IEnumerable<NetworkTensor> Trained(this nn.Module network) => network.Tensors()
        .Where(tensor => tensor.IsTrained);

    /// <summary>As an optimiser takes them.</summary>
    public static IEnumerable<TrainedParameter> ForOptimizer(this IEnumerable<NetworkTensor> tensors) =>
        tensors.Select(tensor => new TrainedParameter(
            tensor.Name, tensor.Value, tensor.Role is TensorRole.ConvolutionWeight or TensorRole.OtherWeight));

    /// <summary>Overwrites a tensor's values; the shape stays.</summary>
    internal static void Assign(this Tensor tensor, Tensor source)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using IDisposable off = no_grad();
        tensor.copy_(source);
    }

    /// <summary>Switches recording of gradients for all trained tensors.</summary>
    public static void SetRequiresGrad(this nn.Module network, bool enabled)
    {
        foreach (NetworkTensor tensor in network.Trained())
            tensor.Value.requires_grad = enabled;
    }

    /// <summary>A parameter of one value on the CPU.</summary>
    internal static Parameter Parameter(double value, params long[] shape) => Parameter(TensorData.Full(value, null, shape));

    /// <summary>A parameter of a tensor's values and layout.</summary>
    internal static Parameter Parameter(Tensor values)
    {
        var parameter = new Parameter(values);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static void Collect(nn.Module module, string path, List<NetworkTensor> tensors)
    {
        switch (module)
        {
            case Convolution convolution:
                tensors.Add(new(Join(path, "weight"), convolution.Weight, TensorRole.ConvolutionWeight, convolution.Groups));
                if (convolution.Bias is { } bias)
                    tensors.Add(new(Join(path, "bias"), bias, TensorRole.Bias));
                break;
            case BatchNorm norm:
                if (norm.Scale is { } scale)
                    tensors.Add(new(Join(path, "weight"), scale, TensorRole.NormScale));
                tensors.Add(new(Join(path, "bias"), norm.Shift, TensorRole.NormShift));
                tensors.Add(new(Join(path, "running_mean"), norm.RunningMean, TensorRole.RunningStatistic));
                tensors.Add(new(Join(path, "running_var"), norm.RunningVariance, TensorRole.RunningStatistic));
                break;
            default:
                CollectOthers(module, path, tensors);
                foreach ((string name, nn.Module child) in module.named_children())
                    Collect(child, Join(path, name), tensors);
                break;
        }
    }

    // What asks for no gradient is frozen: kept, but not trained.
    private static void CollectOthers(nn.Module module, string path, List<NetworkTensor> tensors)
    {
        foreach ((string name, Parameter value) in module.named_parameters(recurse: false))
            tensors.Add(new(Join(path, name), value, !value.requires_grad ? TensorRole.RunningStatistic
                : value.dim() >= 2 ? TensorRole.OtherWeight : TensorRole.OtherParameter));
        foreach ((string name, Tensor value) in module.named_buffers(recurse: false))
            tensors.Add(new(Join(path, name), value, TensorRole.RunningStatistic));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
