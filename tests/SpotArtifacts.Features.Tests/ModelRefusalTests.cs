namespace SpotArtifacts.Features.Tests;

/// <summary>Files that are no models, and what a user is told to do about each.</summary>
public sealed class ModelRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Load_RunFolder_SaysHowToExportIt()
    {
        _folder.Write("run/recipe.resolved.yaml", []);

        AssertRefused(_folder.At("run"),
            $"is a folder, not an exported model; of a run folder one is made by: spot export {_folder.At("run")} --format onnx");
    }

    [Fact]
    public void Load_Weights_SaysHowToExportThem()
    {
        string weights = _folder.Write("weights.safetensors", [0x10, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\":{}}        "u8]);

        AssertRefused(weights, $"holds weights, not an exported model; one is made by: spot export {weights} --format onnx");
    }

    [Fact]
    public void Load_NothingThere_NamesThePath() =>
        AssertRefused(_folder.At("absent.onnx"), "is not there; a model is made by: spot export RUN --format onnx");

    [Theory]
    [InlineData("discriminator.onnx")]
    [InlineData("features-unit-opset13.onnx")]
    public void Load_ExportOfAnEarlierVersion_SaysWhatIsMissing(string name) =>
        AssertRefused(
            TestFiles.Previous(name),
            "was exported by an earlier version: it lacks the network's identity, its layers' shapes and the autoencoder; "
            + "export it again: spot export");

    [Fact]
    public void Load_OtherVersion_SaysWhichThisProgramReads() =>
        AssertRefused(WithEntry("spot_model_version", "9"), "is a model of version 9, this program reads version 1");

    [Theory]
    [InlineData("layers", "[")]
    [InlineData("layers", "[{\"name\":\"conv7\",\"channels\":1,\"grid\":1,\"stride\":1,\"offset\":0}]")]
    [InlineData("image_size", "large")]
    [InlineData("trained_for", "nothing")]
    public void Load_MetadataThatCannotBeRead_AsksForAnotherExport(string key, string value) =>
        AssertRefused(WithEntry(key, value), "its metadata are not those of an exported model");

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Load_WeightsThatAreNotFinite_NamesTheTensor(float value)
    {
        Onnx.ModelProto model = Read();
        Onnx.TensorProto weight = model.Graph.Initializer.First(
            constant => constant.Name.EndsWith("conv1.weight", StringComparison.Ordinal));
        byte[] bytes = weight.RawData.ToByteArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(40), value);
        weight.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);

        AssertRefused(Write(model), $"tensor {weight.Name} holds NaN or an infinity");
    }

    [Fact]
    public void Load_SomebodyElsesModel_IsNotTakenForOurs()
    {
        Onnx.ModelProto model = Read();
        model.MetadataProps.Clear();

        AssertRefused(Write(model), "is an ONNX model, but none that spot exported");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Load_CutFile_IsCalledDamaged(int share)
    {
        byte[] bytes = File.ReadAllBytes(TestFiles.Spotting);
        string cut = _folder.Write("cut.onnx", bytes[..(bytes.Length - 1 - bytes.Length / share / 2)]);

        AssertRefused(cut, "export it again: spot export");
    }

    [Fact]
    public void Load_Noise_IsCalledDamaged() =>
        AssertRefused(_folder.Write("noise.onnx", [.. Enumerable.Range(0, 999).Select(i => (byte)(i * 37 + 11))]),
            "is no ONNX model, or it is damaged");

    [Fact]
    public void Load_GraphThatONNXRuntimeDoesNotTake_HasItsWords()
    {
        Onnx.ModelProto model = Read();
        model.Graph.Node.First(node => node.OpType == "Relu").OpType = "Rely";

        AssertRefused(Write(model), "ONNX Runtime does not take the model: ", "Rely");
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused(string path, params string[] says)
    {
        string message = Assert.Throws<SpotException>(() => SpotModel.Load(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.All(says, text => Assert.Contains(text, message, StringComparison.Ordinal));
    }

    private string WithEntry(string key, string value)
    {
        Onnx.ModelProto model = Read();
        model.MetadataProps.Single(entry => entry.Key == key).Value = value;
        return Write(model);
    }

    private static Onnx.ModelProto Read() => Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(TestFiles.Spotting));

    private string Write(Onnx.ModelProto model) =>
        _folder.Write("changed.onnx", Google.Protobuf.MessageExtensions.ToByteArray(model));
}
