using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SpotArtifacts.Checkpoints;

/// <summary>
/// State of a run in one safetensors file: parameters and running statistics under their own names, averages as
/// <c>ema.NAME</c>, moments as <c>adam_m.NAME</c> and <c>adam_v.NAME</c>, numbers as metadata.
/// </summary>
public sealed class Checkpoint
{
    private readonly SafetensorsFile _file;
    private readonly string _path;

    /// <summary>An empty checkpoint, to be filled.</summary>
    public Checkpoint() : this(new SafetensorsFile(), "a new checkpoint") => _file.Metadata["format"] = "pt";

    private Checkpoint(SafetensorsFile file, string path) => (_file, _path) = (file, path);

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">
    /// Missing or malformed, or it holds numbers that no training leaves: everything computed from them would be worthless.
    /// </exception>
    public static Checkpoint Read(string path)
    {
        Checkpoint checkpoint = new(SafetensorsFile.Read(path), path);
        return checkpoint.FindNonFinite() is not { } name ? checkpoint
            : throw new CheckpointException(
                $"{path}: tensor {name} holds NaN, an infinity or a negative variance, so the weights are damaged or of a run "
                    + "that went wrong; take those of an earlier checkpoint, or train again");
    }

    /// <summary>Writes the file atomically.</summary>
    public void Write(string path) => _file.Write(path);

    /// <summary>Whether a tensor of that name is there.</summary>
    public bool Has(string name) => _file.Tensors.ContainsKey(name);

    /// <summary>Names of the tensors, in file order.</summary>
    public IEnumerable<string> TensorNames => _file.Tensors.Keys;

    /// <summary>Whether a text of that name is there.</summary>
    public bool HasText(string key) => _file.Metadata.ContainsKey(key);

    /// <summary>Puts a text in.</summary>
    public void SetText(string key, string value) => _file.Metadata[key] = value;

    /// <summary>A text.</summary>
    /// <exception cref="CheckpointException">It is not there.</exception>
    public string GetText(string key) => _file.Metadata.TryGetValue(key, out string? value) ? value
        : throw new CheckpointException($"{_path}: no '{key}' in its metadata; is it a checkpoint of spot?");

    /// <summary>Puts a whole number in.</summary>
    public void SetNumber(string key, long value) => SetText(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A whole number.</summary>
    /// <exception cref="CheckpointException">It is not there, or no number.</exception>
    public long GetNumber(string key) => long.TryParse(GetText(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
        out long number)
        ? number
        : throw new CheckpointException($"{_path}: '{key}' is '{GetText(key)}', not a whole number");

    /// <summary>Puts all tensors of a network in.</summary>
    public void Add(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (NetworkTensor parameter in network.Tensors())
            Add(parameter.Name, parameter.Value);
    }

    /// <summary>Puts an optimiser's averages in.</summary>
    public void AddAverages(Adam optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        for (int i = 0; i < optimizer.Parameters.Count; i++)
            Add($"ema.{optimizer.Parameters[i].Name}", optimizer.Averages[i]);
    }

    /// <summary>Puts an optimiser's averages, moments and step in.</summary>
    public void Add(string name, Adam optimizer)
    {
        AddAverages(optimizer);
        for (int i = 0; i < optimizer.Parameters.Count; i++)
        {
            Add($"adam_m.{optimizer.Parameters[i].Name}", optimizer.FirstMoments[i]);
            Add($"adam_v.{optimizer.Parameters[i].Name}", optimizer.SecondMoments[i]);
        }
        SetNumber($"{name}.steps", optimizer.StepCount);
    }

    /// <summary>Puts a tensor in, as Float32 whatever its type.</summary>
    public void Add(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor values = tensor.dtype == ScalarType.Float32 ? tensor : tensor.to(ScalarType.Float32);
        _file.Tensors.Add(name, SafetensorsEntry.From(values.ToArray<float>(), [.. tensor.shape]));
    }

    /// <summary>Puts numbers in as a tensor of a shape.</summary>
    public void Add(string name, ReadOnlySpan<float> values, params long[] shape) =>
        _file.Tensors.Add(name, SafetensorsEntry.From(values, shape));

    /// <summary>Puts another checkpoint's tensor in under a name of its own; the numbers are shared, not copied.</summary>
    /// <exception cref="CheckpointException">The other has no such tensor.</exception>
    public void AddFrom(Checkpoint source, string tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        _file.Tensors.Add(name, source.Entry(tensor));
    }

    /// <summary>Puts a generator's state in.</summary>
    public void Add(string name, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        _file.Tensors.Add(name, SafetensorsEntry.From(generator.GetStateBytes()));
    }

    /// <summary>Overwrites a network's tensors.</summary>
    /// <param name="network">The network.</param>
    /// <param name="averaged">Take <c>ema.NAME</c> instead where it is there.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public void Restore(nn.Module network, bool averaged = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (NetworkTensor parameter in network.Tensors())
            parameter.Set(Floats(averaged && Has($"ema.{parameter.Name}") ? $"ema.{parameter.Name}" : parameter.Name,
                parameter.Value.shape));
    }

    /// <summary>Overwrites an optimiser's state.</summary>
    /// <exception cref="CheckpointException">A part is missing or has another shape.</exception>
    public void Restore(string name, Adam optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        for (int i = 0; i < optimizer.Parameters.Count; i++)
        {
            TrainedParameter parameter = optimizer.Parameters[i];
            optimizer.Averages[i].CopyFrom(Floats($"ema.{parameter.Name}", parameter.Value.shape));
            optimizer.FirstMoments[i].CopyFrom(Floats($"adam_m.{parameter.Name}", parameter.Value.shape));
            optimizer.SecondMoments[i].CopyFrom(Floats($"adam_v.{parameter.Name}", parameter.Value.shape));
        }
        optimizer.StepCount = GetNumber($"{name}.steps");
    }

    /// <summary>Overwrites a generator's state.</summary>
    public void Restore(string name, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        generator.SetStateBytes(Entry(name).Bytes.Span);
    }

    /// <summary>
    /// Name of a tensor that holds an infinity or NaN, or of a running variance below 0, which gives NaN; null when there is
    /// none.
    /// </summary>
    public string? FindNonFinite()
    {
        foreach ((string name, SafetensorsEntry entry) in _file.Tensors)
        {
            if (entry.Type != "F32" || entry.Count == 0)
                continue;
            ReadOnlySpan<float> values = entry.Floats();
            if (!TensorPrimitives.IsFiniteAll(values)
                || name.EndsWith(".running_var", StringComparison.Ordinal) && TensorPrimitives.Min(values) < 0)
                return name;
        }
        return null;
    }

    /// <summary>A tensor, on the CPU.</summary>
    public Tensor GetTensor(string name) => TensorData.From(Entry(name).Floats(), [.. Entry(name).Shape]);

    /// <summary>Sizes of a tensor's dimensions.</summary>
    /// <exception cref="CheckpointException">It is not there.</exception>
    public IReadOnlyList<long> ShapeOf(string name) => Entry(name).Shape;

    private SafetensorsEntry Entry(string name) => _file.Tensors.TryGetValue(name, out SafetensorsEntry? entry) ? entry
        : throw new CheckpointException($"{_path}: tensor {name} is missing");

    /// <summary>The numbers of a tensor that must have a shape.</summary>
    /// <exception cref="CheckpointException">It is missing or has another shape.</exception>
    internal ReadOnlySpan<float> Floats(string name, IReadOnlyList<long> shape)
    {
        SafetensorsEntry entry = Entry(name);
        return entry.Shape.SequenceEqual(shape)
            ? entry.Floats()
            : throw new CheckpointException(
                $"{_path}: tensor {name} has shape [{string.Join(", ", entry.Shape)}], the network needs "
                    + $"[{string.Join(", ", shape)}]");
    }
}
