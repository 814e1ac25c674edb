using SpotArtifacts.Features.Onnx;

namespace SpotArtifacts.Tests.Export;

/// <summary>What every ONNX file must keep to (onnx docs/IR.md), checked without any runtime.</summary>
internal static class OnnxStructure
{
    /// <summary>
    /// Operators the exporter may use: the operator set they came to their present meaning with, and their inputs.
    /// </summary>
    private static readonly Dictionary<string, (int Since, int Inputs)> s_operators = new()
    {
        ["Add"] = (13, 2),
        ["AveragePool"] = (11, 1),
        ["Cast"] = (13, 1),
        ["Concat"] = (13, 5),
        ["Conv"] = (11, 3),
        ["Div"] = (13, 2),
        ["Flatten"] = (13, 1),
        ["Gather"] = (13, 2),
        ["Gemm"] = (13, 3),
        ["GlobalAveragePool"] = (1, 1),
        ["GlobalMaxPool"] = (1, 1),
        ["LeakyRelu"] = (6, 1),
        ["MatMul"] = (13, 2),
        ["Max"] = (13, 2),
        ["MaxPool"] = (12, 1),
        ["Mul"] = (13, 2),
        ["ReduceSum"] = (13, 2),
        ["Relu"] = (13, 1),
        ["Reshape"] = (13, 2),
        ["Resize"] = (13, 3),
        ["Sigmoid"] = (13, 1),
        ["Softmax"] = (13, 1),
        ["Sqrt"] = (13, 1),
        ["Sub"] = (13, 2),
        ["Tanh"] = (13, 1),
        ["Transpose"] = (13, 1),
    };

    internal static void Check(ModelProto model)
    {
        OperatorSetIdProto set = Assert.Single(model.OpsetImport);
        Assert.Equal("", set.Domain);
        Assert.True(
            model.IrVersion >= (set.Version >= 15 ? 8 : 7), $"IR {model.IrVersion} is older than operator set {set.Version}");
        Assert.Equal(model.MetadataProps.Count, model.MetadataProps.Select(item => item.Key).Distinct().Count());
        Assert.NotEmpty(model.Graph.Name);
        HashSet<string> known = [];
        foreach (ValueInfoProto input in model.Graph.Input)
            Declare(known, input.Name);
        foreach (TensorProto constant in model.Graph.Initializer)
            CheckConstant(known, constant);
        HashSet<string> used = [];
        foreach (NodeProto node in model.Graph.Node)
            CheckNode(known, used, node, set.Version);
        foreach (ValueInfoProto output in model.Graph.Output)
        {
            Assert.Contains(output.Name, known);
            used.Add(output.Name);
        }
        Assert.Equal([], known.Except(used)); // nothing lies about unused
        Assert.All(model.Graph.Input.Concat(model.Graph.Output),
            value => Assert.Equal("batch", value.Type.TensorType.Shape.Dim[0].DimParam));
    }

    private static void CheckConstant(HashSet<string> known, TensorProto constant)
    {
        Declare(known, constant.Name);
        int bytes = (TensorProto.Types.DataType)constant.DataType switch
        {
            TensorProto.Types.DataType.Float => 4,
            TensorProto.Types.DataType.Int64 => 8,
            _ => throw new InvalidDataException($"{constant.Name} is of type {constant.DataType}"),
        };
        Assert.Equal(constant.Dims.Aggregate((long)bytes, (a, b) => a * b), constant.RawData.Length);
    }

    // Nodes stand in the order they can be computed in, and each name is given once.
    private static void CheckNode(HashSet<string> known, HashSet<string> used, NodeProto node, long opset)
    {
        (int since, int inputs) = s_operators[node.OpType];
        Assert.True(since <= opset, $"{node.OpType} came with operator set {since}");
        Assert.Equal(inputs, node.Input.Count);
        // An empty name stands for an input that is left out.
        Assert.All(node.Input.Where(input => input.Length > 0), input => Assert.Contains(input, known));
        used.UnionWith(node.Input);
        Assert.All(node.Attribute, attribute => Assert.NotEqual(AttributeProto.Types.AttributeType.Undefined, attribute.Type));
        Assert.DoesNotContain("auto_pad", node.Attribute.Select(attribute => attribute.Name));
        foreach (string output in node.Output)
            Declare(known, output);
    }

    private static void Declare(HashSet<string> known, string name) => Assert.True(known.Add(name), $"{name} is defined twice");
}
