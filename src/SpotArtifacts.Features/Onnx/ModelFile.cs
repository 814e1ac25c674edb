using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace SpotArtifacts.Features.Onnx;

/// <summary>An exported model as it stands in a file, and parts of it that can be run on their own.</summary>
internal sealed class ModelFile
{
    private readonly ModelProto _model;

    private ModelFile(ModelProto model, ModelMetadata metadata, string name)
    {
        (_model, Metadata, Name) = (model, metadata, name);
        foreach (TensorProto constant in model.Graph.Initializer)
            if (!IsFinite(constant))
                throw new SpotException(
                    $"{name}: tensor {constant.Name} holds NaN or an infinity, so the weights are damaged or of a run that went "
                    + "wrong; export those of an earlier checkpoint, or train again");
    }

    /// <summary>What the user knows the model by.</summary>
    internal string Name { get; }

    /// <summary>What it says of itself.</summary>
    internal ModelMetadata Metadata { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="SpotException">It is missing, damaged, or no model of ours; the message says what to do.</exception>
    internal static ModelFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new SpotException(
                $"{path} is a folder, not an exported model; of a run folder one is made by: spot export {path} --format onnx "
                + "--out FILE");
        if (!File.Exists(path))
            throw new SpotException($"{path} is not there; a model is made by: spot export RUN --format onnx --out {path}");
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Parse(path, stream, LooksLikeWeights(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a model from memory.</summary>
    /// <param name="content">The bytes of a file.</param>
    /// <param name="name">What the user knows it by.</param>
    /// <exception cref="SpotException">It is damaged, or no model of ours.</exception>
    internal static ModelFile Parse(ReadOnlyMemory<byte> content, string name)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        return Parse(name, stream, LooksLikeWeights(stream));
    }

    /// <summary>A model that was just built.</summary>
    internal static ModelFile Of(ModelProto model, string name) =>
        new(model, ModelMetadata.Read(model.MetadataProps.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)), name),
            name);

    /// <summary>A model that is being built, whose metadata are not in it yet.</summary>
    internal static ModelFile Of(ModelProto model, ModelMetadata metadata, string name) => new(model, metadata, name);

    /// <summary>Whether a value is computed anywhere in the graph.</summary>
    internal bool Computes(string value) => _model.Graph.Node.Any(node => node.Output.Contains(value));

    /// <summary>
    /// The part of the graph that takes <see cref="ModelValues.Pixels"/> to some values, and nothing else: what is left out
    /// costs neither memory nor time. It has no outputs yet: the caller declares them, or builds on.
    /// </summary>
    /// <exception cref="SpotException">A value is not in the graph.</exception>
    internal OnnxGraph Cut(params ReadOnlySpan<string> values)
    {
        Dictionary<string, int> producers = [];
        for (int i = 0; i < _model.Graph.Node.Count; i++)
            foreach (string output in _model.Graph.Node[i].Output)
                producers[output] = i;
        SortedSet<int> nodes = [];
        HashSet<string> needed = [ModelValues.Pixels];
        foreach (string value in values)
            if (!producers.ContainsKey(value))
                throw new SpotException($"{Name} has no {value}: it was exported without; {ModelMetadata.ExportAgain}");
            else
                Gather(value, producers, nodes, needed);
        var cut = new OnnxGraph(_model.Graph.Name);
        foreach (int node in nodes)
            cut.Proto.Node.Add(_model.Graph.Node[node]);
        foreach (TensorProto constant in _model.Graph.Initializer)
            if (needed.Contains(constant.Name))
                cut.Proto.Initializer.Add(constant);
        long size = Metadata.Description.ImageSize;
        cut.Input(
            ModelValues.Pixels, TensorProto.Types.DataType.Float, "RGB from 0 to 255, (N, 3, rows, columns)", 3, size, size);
        return cut;
    }

    /// <summary>The weights of a node: numbers and shape of its second input.</summary>
    /// <exception cref="SpotException">There is no such node, or it has none.</exception>
    internal (float[] Values, long[] Shape) WeightsOf(string node)
    {
        NodeProto? found = _model.Graph.Node.FirstOrDefault(one => one.Name == node && one.Input.Count > 1);
        TensorProto weights = _model.Graph.Initializer.FirstOrDefault(constant => constant.Name == found?.Input[1])
            ?? throw new SpotException($"{Name} has no weights of {node}; {ModelMetadata.ExportAgain}");
        return ([.. MemoryMarshal.Cast<byte, float>(weights.RawData.Span)], [.. weights.Dims]);
    }

    /// <summary>A graph that was cut out of this model, as a model of its own.</summary>
    internal byte[] ToBytes(OnnxGraph graph)
    {
        var model = new ModelProto { IrVersion = _model.IrVersion, Graph = graph.Proto };
        model.OpsetImport.AddRange(_model.OpsetImport);
        return model.ToByteArray();
    }

    // Some layers hide it: what is larger of NaN and 0 may be 0.
    private static bool IsFinite(TensorProto constant) => constant.DataType != (int)TensorProto.Types.DataType.Float
        || TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, float>(constant.RawData.Span));

    private void Gather(string value, Dictionary<string, int> producers, SortedSet<int> nodes, HashSet<string> needed)
    {
        if (!needed.Add(value) || !producers.TryGetValue(value, out int producer) || !nodes.Add(producer))
            return;
        foreach (string input in _model.Graph.Node[producer].Input)
            Gather(input, producers, nodes, needed);
    }

    private static ModelFile Parse(string name, Stream stream, bool weights)
    {
        if (weights)
            throw new SpotException(
                $"{name} holds weights, not an exported model; one is made by: spot export {name} --format onnx --out FILE");
        try
        {
            return Of(ModelProto.Parser.ParseFrom(stream), name);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SpotException($"{name} is no ONNX model, or it is damaged: {e.Message}; {ModelMetadata.ExportAgain}", e);
        }
    }

    // A safetensors file: the length of its header in eight bytes, then that header, in JSON.
    private static bool LooksLikeWeights(Stream stream)
    {
        Span<byte> head = stackalloc byte[9];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return length == head.Length && head[8] == '{' && head[5..8].IndexOfAnyExcept((byte)0) < 0;
    }
}
