using System.Runtime.InteropServices;
using Google.Protobuf;

namespace SpotArtifacts.Features.Onnx;

/// <summary>Builds an ONNX graph node by node; a node's output has the node's name.</summary>
internal sealed class OnnxGraph
{
    /// <summary>Name of the first dimension of inputs and outputs: any number of images.</summary>
    internal const string Batch = "batch";

    /// <summary>An empty graph.</summary>
    internal OnnxGraph(string name) => Proto = new GraphProto { Name = name };

    /// <summary>The graph so far.</summary>
    internal GraphProto Proto { get; }

    /// <summary>Bytes of the constants so far.</summary>
    internal long ConstantBytes { get; private set; }

    /// <summary>Adds a node of the default operator set.</summary>
    /// <returns>Its output's name, which is <paramref name="name"/>.</returns>
    internal string Add(string type, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Name = name };
        foreach (string input in inputs)
            node.Input.Add(input);
        node.Output.Add(name);
        foreach (AttributeProto attribute in attributes)
            node.Attribute.Add(attribute);
        Proto.Node.Add(node);
        return name;
    }

    /// <summary>Adds a constant of floats; no shape means a scalar.</summary>
    internal string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a constant of whole numbers.</summary>
    internal string Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Declares an input of (batch, sizes...).</summary>
    internal string Input(string name, TensorProto.Types.DataType type, string description, params ReadOnlySpan<long> sizes)
    {
        Proto.Input.Add(Describe(name, type, description, sizes));
        return name;
    }

    /// <summary>Declares a node's output as an output of (batch, sizes...), in floats.</summary>
    internal void Output(string name, string description, params ReadOnlySpan<long> sizes) =>
        Proto.Output.Add(Describe(name, TensorProto.Types.DataType.Float, description, sizes));

    /// <summary>An attribute of one whole number.</summary>
    internal static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute of one float.</summary>
    internal static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>An attribute of a text.</summary>
    internal static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>An attribute of whole numbers.</summary>
    internal static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (long value in values)
            attribute.Ints.Add(value);
        return attribute;
    }

    private string Constant(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        // raw_data is little-endian whatever the machine; so is every machine .NET runs on.
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (long size in shape)
            tensor.Dims.Add(size);
        Proto.Initializer.Add(tensor);
        ConstantBytes += bytes.Length;
        return name;
    }

    private static ValueInfoProto Describe(
        string name, TensorProto.Types.DataType type, string description, ReadOnlySpan<long> sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = Batch });
        foreach (long size in sizes)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto
        {
            Name = name,
            DocString = description,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
