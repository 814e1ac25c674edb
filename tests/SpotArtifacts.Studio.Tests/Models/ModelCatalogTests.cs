using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class ModelCatalogTests : IDisposable
{
    private readonly ModelFolder _folder = new(images: 0);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_RunsAndExportedModels_AtAnyDepth()
    {
        _folder.Write("runs/deep/er/other.onnx", File.ReadAllBytes(_folder.At("runs/tiny.onnx")));
        _folder.Write("runs/noise.onnx", [1, 2, 3]);
        _folder.Write("runs/begun/recipe.resolved.yaml", []);
        _folder.Write("runs/.studio/hidden.onnx", File.ReadAllBytes(_folder.At("runs/tiny.onnx")));

        IReadOnlyList<ModelEntry> models = _folder.Catalog.List();

        Assert.Equal(
            [("deep/er/other.onnx", ModelKind.Exported), ("tiny", ModelKind.Run), ("tiny.onnx", ModelKind.Exported)],
            models.Select(model => (model.Name, model.Kind)));
    }

    [Fact]
    public void List_NoRunsFolder_IsEmpty()
    {
        Directory.Delete(_folder.Runs, recursive: true);

        Assert.Empty(_folder.Catalog.List());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("../photos")]
    [InlineData("../outside.onnx")]
    [InlineData("tiny/../../outside.onnx")]
    [InlineData("tiny/run.json")]
    [InlineData("link.onnx")]
    [InlineData("/etc/passwd")]
    public void Find_WhatIsNoModelOfTheFolder_IsRefused(string name)
    {
        string outside = _folder.Write("outside.onnx", File.ReadAllBytes(_folder.At("runs/tiny.onnx")));
        if (!OperatingSystem.IsWindows())
            File.CreateSymbolicLink(_folder.At("runs/link.onnx"), outside);

        SpotException refused = Assert.Throws<SpotException>(() => _folder.Catalog.Find(name));

        Assert.Contains("no trained model", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_WeightsThatChange_IsAnotherEntry()
    {
        ModelEntry before = _folder.Catalog.Find("tiny");
        File.SetLastWriteTimeUtc(_folder.At("runs/tiny/weights.safetensors"), DateTime.UnixEpoch.AddYears(50));

        Assert.NotEqual(before, _folder.Catalog.Find("tiny"));
    }
}
