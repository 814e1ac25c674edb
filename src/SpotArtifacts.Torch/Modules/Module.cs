namespace SpotArtifacts.Torch.Modules;

/// <summary>A part of a network that owns named tensors, in a fixed order.</summary>
public abstract class Module : IDisposable
{
    private readonly List<Parameter> _parameters = [];

    /// <summary>A module whose tensors' names start with <paramref name="name"/> and a dot.</summary>
    protected Module(string name) => Name = name;

    /// <summary>Name of the module, as <c>encoder.down.0</c>.</summary>
    public string Name { get; }

    /// <summary>All tensors, running statistics included, those of parts as well, in file order.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The tensors that an optimiser may change.</summary>
    public IEnumerable<Parameter> TrainedParameters => _parameters.Where(p => p.IsTrained);

    /// <summary>Moves all tensors to a device; do this before an optimiser is made over them.</summary>
    public void MoveTo(string device)
    {
        foreach (Parameter parameter in _parameters) parameter.MoveTo(device);
    }

    /// <summary>Switches recording of gradients for all trained parameters.</summary>
    public void SetRequiresGrad(bool enabled)
    {
        foreach (Parameter parameter in TrainedParameters) parameter.Value.RequiresGrad = enabled;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in _parameters) parameter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Registers a tensor of one value under <c>Name.name</c>.</summary>
    protected Parameter Add(string name, ParameterRole role, double value, long[] shape, int groups = 1)
    {
        var parameter = new Parameter($"{Name}.{name}", Tensor.Full(value, "cpu", shape), role) { Groups = groups };
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Registers a part; its tensors keep their own names.</summary>
    protected T Add<T>(T part) where T : Module
    {
        ArgumentNullException.ThrowIfNull(part);
        _parameters.AddRange(part.Parameters);
        return part;
    }
}
