using SpotArtifacts.Export;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Pretraining;

namespace SpotArtifacts.Tests.Export;

public sealed class SafetensorsExportTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_FinishedRun_ServesInsteadOfTheRunFolder()
    {
        using var tiny = new TinyRun();
        RunFolder run = tiny.Create("run", TinyRun.Recipe());
        tiny.Run(run);
        string file = _folder.At("alone.safetensors");

        SafetensorsExport.Write(TrainedWeights.Open(run.Path), file, cancellation: TestContext.Current.CancellationToken);

        TrainedWeights alone = TrainedWeights.Open(file), whole = TrainedWeights.Open(run.Path);
        Assert.Equal(RecipeFile.ToYaml(whole.Recipe), RecipeFile.ToYaml(alone.Recipe));
        Assert.Equal(whole.Weights.TensorNames.Where(name => !name.StartsWith("ema.", StringComparison.Ordinal)),
            alone.Weights.TensorNames);
        AssertSame(SafetensorsFile.Read(run.Weights), SafetensorsFile.Read(file), name => name);
    }

    [Fact]
    public void Write_UnfinishedRun_LeavesTheOptimizersOut()
    {
        using var tiny = new TinyRun();
        RunFolder run = tiny.Create("run", TinyRun.Recipe());
        tiny.RunUntil(run, SpottingStage.Name, 3);
        string file = _folder.At("alone.safetensors");

        SafetensorsExport.Write(TrainedWeights.Open(run.Path), file, cancellation: TestContext.Current.CancellationToken);

        Assert.All(
            SafetensorsFile.Read(file).Tensors.Keys, name => Assert.Matches("^(encoder|decoder|repair|discriminator)[.]", name));
    }

    [Fact]
    public void Write_Averages_StandUnderPlainNames()
    {
        TrainedWeights trained = ExportSamples.Trained(Presets.Get("fix32"), _folder);
        string file = _folder.At("averages.safetensors");

        SafetensorsExport.Write(trained, file, new SafetensorsExportOptions { Averaged = true },
            cancellation: TestContext.Current.CancellationToken);

        AssertSame(SafetensorsFile.Read(trained.Path), SafetensorsFile.Read(file),
            name => trained.Weights.Has($"ema.{name}") ? $"ema.{name}" : name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_AveragesOfAFileWithoutThem_IsRefused(bool fold)
    {
        string plain = _folder.At("plain.safetensors");
        SafetensorsExport.Write(ExportSamples.Trained(Presets.Get("fix32"), _folder), plain,
            cancellation: TestContext.Current.CancellationToken);

        SpotException failure = Assert.Throws<SpotException>(() =>
            SafetensorsExport.Write(
                TrainedWeights.Open(plain), _folder.At("out"), new SafetensorsExportOptions { Averaged = true, Fold = fold },
                    cancellation: TestContext.Current.CancellationToken));

        Assert.Contains($"{plain} holds no moving averages", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("out")));
    }

    [Theory]
    [InlineData(TensorNames.Spot, "discriminator.conv1.weight", "discriminator.conv5.bias", "discriminator.fc1.bias",
        "discriminator.mask_head.weight")]
    [InlineData(TensorNames.Torchvision, "features.0.weight", "features.10.bias", "classifier.1.bias", "mask_head.weight")]
    public void Write_Folded_HasTheDocumentedKeysAndNoBatchNorm(TensorNames names, params string[] some)
    {
        string file = _folder.At("folded.safetensors");

        SafetensorsExport.Write(ExportSamples.Trained(Presets.Get("fix32"), _folder), file,
            new SafetensorsExportOptions { Names = names, Fold = true }, cancellation: TestContext.Current.CancellationToken);

        SafetensorsFile written = SafetensorsFile.Read(file);
        Assert.All(some, name => Assert.Contains(name, written.Tensors.Keys));
        Assert.Equal(2 * 8, written.Tensors.Count);
        Assert.Equal("folded", written.Metadata["batch_norm"]);
        Assert.Equal([12, 3, 11, 11], written.Tensors[some[0]].Shape);
    }

    [Theory]
    [InlineData(TrunkKind.AlexnetBn, TensorNames.Torchvision, "features.0.bias", 16)]
    [InlineData(TrunkKind.Resnet18, TensorNames.Spot, "discriminator.conv2.0.shortcut.bias", 2 * (1 + 8 * 2 + 4 + 3))]
    public void Write_OtherTrunkFolded_HasOneConvolutionWithBiasForEach(TrunkKind trunk, TensorNames names, string one, int count)
    {
        string file = _folder.At("folded.safetensors");

        SafetensorsExport.Write(WithTrunk(trunk), file, new SafetensorsExportOptions { Names = names, Fold = true },
            cancellation: TestContext.Current.CancellationToken);

        SafetensorsFile written = SafetensorsFile.Read(file);
        Assert.Contains(one, written.Tensors.Keys);
        Assert.Equal(count, written.Tensors.Count);
    }

    [Fact]
    public void Write_ResNetUnderTorchvisionsNames_IsRefusedWithTheSetting()
    {
        SpotException refusal = Assert.Throws<SpotException>(() => SafetensorsExport.Write(WithTrunk(TrunkKind.Resnet18),
            _folder.At("refused"), new SafetensorsExportOptions { Names = TensorNames.Torchvision },
            cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("network.trunk resnet18", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("refused")));
    }

    [Fact]
    public void Write_Folded_IsRefusedByOurselvesWithTheRemedy()
    {
        string file = _folder.At("folded.safetensors");
        SafetensorsExport.Write(
            ExportSamples.Trained(Presets.Get("fix32"), _folder), file, new SafetensorsExportOptions { Fold = true },
                cancellation: TestContext.Current.CancellationToken);

        Assert.Contains(
            "without --fold", Assert.Throws<SpotException>(() => TrainedWeights.Open(file)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Networks => [.. ExportSamples.WithOwnRun("fix32", "demo32")];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Write_TorchvisionNames_PyTorchLoaderGivesOurOutputs(string network)
    {
        ForeignRuntime runtime = ForeignRuntime.PyTorch();
        TrainedWeights trained = ExportSamples.Trained(network, _folder);
        string file = _folder.At("torchvision.safetensors");
        SafetensorsExport.Write(trained, file, new SafetensorsExportOptions { Names = TensorNames.Torchvision },
            cancellation: TestContext.Current.CancellationToken);
        int size = trained.Recipe.Network.ImageSize;
        byte[] pixels = ExportSamples.Pixels(3, size);

        Dictionary<string, NamedOutput> theirs = runtime.Run(
            file, "float32", [([3, 3, size, size], ExportSamples.UnitPlanes(pixels, size))])[0];

        foreach ((string name, double difference) in ExportSamples.Differences(ExportSamples.Expected(trained, pixels), theirs))
        {
            output.WriteLine($"{network} {name}: {difference:E1}");
            Assert.InRange(difference, 0, 1e-4);
        }
    }

    public void Dispose() => _folder.Dispose();

    private TrainedWeights WithTrunk(TrunkKind trunk)
    {
        Recipe recipe = Presets.Get("fix32");
        return ExportSamples.Trained(recipe with { Network = recipe.Network with { Trunk = trunk } }, _folder);
    }

    private static void AssertSame(SafetensorsFile source, SafetensorsFile export, Func<string, string> sourceName)
    {
        Assert.NotEmpty(export.Tensors);
        foreach ((string name, SafetensorsEntry entry) in export.Tensors)
            Assert.True(entry.Bytes.Span.SequenceEqual(source.Tensors[sourceName(name)].Bytes.Span), name);
    }
}
