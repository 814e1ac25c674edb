using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <content>What they take where no layer is named, and what they say where it cannot be had.</content>
public sealed partial class FeatureCommandsTests
{
    [Fact]
    public async Task Search_ModelFittedOnImages_IndexesAndAsksByAllLayers()
    {
        string images = WriteImages(110), model = _run.At("with.onnx"), index = _run.At("all.index");
        CommandLineRun fitted = await CommandLineRun.Of(
            "export", _run.Weights, "--format", "onnx", "--out", model, "--fit-images", images);

        CommandLineRun made = await CommandLineRun.Of("search", "index", model, "--images", images, "--out", index);
        CommandLineRun asked = await CommandLineRun.Of(
            "search", "query", model, "--index", index, "--images", images, "--top", "1");

        Assert.Equal((0, 0, 0), (fitted.ExitCode, made.ExitCode, asked.ExitCode));
        using MappedSafetensors file = MappedSafetensors.Open(index);
        Assert.Equal(("whitened", 32), (file.Header.Metadata["layer"], file.Header.Metadata["whitening"].Length));
        // Each image finds itself.
        string[] lines = asked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < 40; i += 2)
            Assert.EndsWith(lines[i].Trim(), lines[i + 1].Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_WeightsAlone_AreConv2sAndRefusedForAll()
    {
        CommandLineRun run = await Features("plain.safetensors", _run.Weights);
        CommandLineRun asked = await Features("asked.safetensors", _run.Weights, "--layer", "whitened");

        Assert.Equal((0, ExitCodes.Failure), (run.ExitCode, asked.ExitCode));
        Assert.Equal(("conv2", "grid"), Vector("plain.safetensors"));
        Assert.Contains($"no whitened vector: {_run.Weights} does not say which images it was trained on", asked.Error,
            StringComparison.Ordinal);
        Assert.Contains("spot export RUN --format onnx --fit-images PATH... --out FILE", asked.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_RunOfFewImages_AreConv2sAndRefusedForAll()
    {
        CommandLineRun run = await Features("few.safetensors", _run.Folder);
        CommandLineRun asked = await Features("few-asked.safetensors", _run.Folder, "--layer", "whitened");

        Assert.Equal((0, ExitCodes.Failure), (run.ExitCode, asked.ExitCode));
        Assert.Equal(("conv2", "grid"), Vector("few.safetensors"));
        Assert.Contains("12 of 12 images are good, and all layers together are fitted on 100 at least", asked.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_NothingToFitOn_LeavesTheVectorOutAndSaysSo()
    {
        CommandLineRun weights = await Export("weights.onnx", _run.Weights), run = await Export("run.onnx", _run.Folder);
        CommandLineRun few = await Export("few.onnx", _run.Weights, "--fit-images", _run.Images);

        Assert.Equal((0, 0, ExitCodes.Failure), (weights.ExitCode, run.ExitCode, few.ExitCode));
        Assert.All([weights, run], export => Assert.Contains(
            "--fit-images names images to fit them on", export.Error, StringComparison.Ordinal));
        Assert.Contains("fitted on 100 at least", few.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_run.At("few.onnx")));
    }

    [Fact]
    public async Task Features_AnotherPooling_IsConv2sAndRefusedForAll()
    {
        CommandLineRun mean = await Features("mean.safetensors", _run.Folder, "--pooling", "mean");
        CommandLineRun both = await Features("both.safetensors", _run.Folder, "--layer", "whitened", "--pooling", "mean");

        Assert.Equal(0, mean.ExitCode);
        Assert.Equal(("conv2", "mean"), Vector("mean.safetensors"));
        Assert.Equal(ExitCodes.Failure, both.ExitCode);
        Assert.Contains("is made of quarters (grid)", both.Error, StringComparison.Ordinal);
    }

    private (string Layer, string Pooling) Vector(string name)
    {
        using MappedSafetensors file = MappedSafetensors.Open(_run.At(name));
        return (file.Header.Metadata["layer"], file.Header.Metadata["pooling"]);
    }

    private Task<CommandLineRun> Features(string name, string network, params string[] more) => CommandLineRun.Of(
        ["features", network, "--images", _run.Images, "--out", _run.At(name), .. more]);

    private Task<CommandLineRun> Export(string name, string network, params string[] more) => CommandLineRun.Of(
        ["export", network, "--format", "onnx", "--out", _run.At(name), .. more]);

    private string WriteImages(int count)
    {
        string folder = _run.At("many");
        Directory.CreateDirectory(folder);
        for (int i = 0; i < count; i++)
            PngFile.Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{i:D4}.png")), BlockImages.Draw(i));
        return folder;
    }
}
