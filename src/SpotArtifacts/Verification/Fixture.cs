using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Networks;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>A file of inputs, weights and expected values; keeps account of what was read as an input.</summary>
internal sealed class Fixture
{
    /// <summary>Start of the names of samples: elements floor(k * n / 256), k = 0 to 255, all where n is 256 or less.</summary>
    public const string Sample = "sample.";

    /// <summary>Start of the names of statistics: sum, sum of magnitudes, sum of squares, largest magnitude.</summary>
    public const string Statistics = "stat.";

    private readonly SafetensorsFile _file;
    private readonly HashSet<string> _inputs = [];

    private Fixture(SafetensorsFile file, Device device)
    {
        (_file, Device) = (file, device);
        Kind = KindOf(file);
        Settings = FixtureSettings.Parse(file.Metadata, Kind);
    }

    /// <summary>Where inputs are put, and everything is computed.</summary>
    public Device Device { get; }

    /// <summary>What the file holds.</summary>
    public FixtureKind Kind { get; }

    /// <summary>What it was made with.</summary>
    public FixtureSettings Settings { get; }

    /// <summary>Names of all tensors, in file order.</summary>
    public IEnumerable<string> Names => _file.Tensors.Keys;

    /// <summary>Names of the tensors read as inputs so far.</summary>
    public IReadOnlySet<string> Inputs => _inputs;

    /// <summary>Takes over a file.</summary>
    /// <exception cref="FixtureException">It is no fixture, or its metadata are malformed.</exception>
    public static Fixture Of(SafetensorsFile file, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        NativeEngine.EnsureLoaded();
        return new Fixture(file, device ?? CPU);
    }

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name) => _file.Tensors.ContainsKey(name);

    /// <summary>Whether it has a tensor of a group such as <c>slow5</c>, in full or as samples.</summary>
    public bool HasGroup(string group) => Names.Any(name =>
        name.StartsWith($"{group}/", StringComparison.Ordinal) || name.StartsWith($"{Sample}{group}/", StringComparison.Ordinal));

    /// <summary>An expected tensor's values, or null where the file has none of that name.</summary>
    /// <exception cref="FixtureException">It has another number of elements.</exception>
    public float[]? Expected(string name, long count)
    {
        if (!_file.Tensors.TryGetValue(name, out SafetensorsEntry? entry))
            return null;
        if (entry.Count != count)
            throw new FixtureException($"{name} has {entry.Count} elements where this program computes {count}");
        return entry.Type == "I64" ? [.. entry.Integers().ToArray().Select(n => (float)n)] : Floats(name, entry).ToArray();
    }

    /// <summary>An input's sizes; does not count as reading it.</summary>
    /// <exception cref="FixtureException">It is missing.</exception>
    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    /// <summary>Reads an input as a tensor.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="shape">Sizes it must have; none = any.</param>
    /// <exception cref="FixtureException">It is missing, of another type, or of another shape.</exception>
    public Tensor Input(string name, params ReadOnlySpan<long> shape)
    {
        SafetensorsEntry entry = Entry(name);
        if (shape.Length > 0 && !shape.SequenceEqual(entry.Shape))
            throw new FixtureException(
                $"{name} is ({string.Join(", ", entry.Shape)}) where ({string.Join(", ", shape.ToArray())}) is needed");
        _inputs.Add(name);
        using Tensor here = entry.Type == "I64" ? TensorData.From(entry.Integers(), [.. entry.Shape])
            : TensorData.From(Floats(name, entry), [.. entry.Shape]);
        return here.Send(Device);
    }

    /// <summary>
    /// Sets a network's tensors from <c>group/name </c>, or from the generator where the file stores no such group.
    /// </summary>
    public void Load(IEnumerable<NetworkTensor> parameters, string group)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        bool stored = Names.Any(name => name.StartsWith($"{group}/", StringComparison.Ordinal));
        foreach (NetworkTensor parameter in parameters)
        {
            if (!stored)
            {
                parameter.Set(GeneratedState.Of(parameter, Settings.StateSeed));
                continue;
            }
            using Tensor values = Input($"{group}/{parameter.Name}", [.. parameter.Value.shape]);
            parameter.Set(values);
        }
    }

    private SafetensorsEntry Entry(string name) =>
        _file.Tensors.TryGetValue(name, out SafetensorsEntry? entry) ? entry
            : throw new FixtureException($"tensor {name} is missing");

    private static ReadOnlySpan<float> Floats(string name, SafetensorsEntry entry) =>
        entry.Type == "F32" ? entry.Floats() : throw new FixtureException($"{name} is of type {entry.Type} where F32 is needed");

    private static FixtureKind KindOf(SafetensorsFile file)
    {
        bool digest = file.Tensors.Keys.Any(name => name.StartsWith(Sample, StringComparison.Ordinal));
        return file.Metadata.GetValueOrDefault("kind") switch
        {
            "ops" => FixtureKind.Operations,
            "ae" => digest ? FixtureKind.AutoencoderDigest : FixtureKind.Autoencoder,
            "spot" => digest ? FixtureKind.SpottingDigest : FixtureKind.Spotting,
            null => throw new FixtureException("not a fixture: its metadata have no 'kind'"),
            string other => throw new FixtureException($"not a fixture: its kind is '{other}', not ops, ae or spot"),
        };
    }
}
