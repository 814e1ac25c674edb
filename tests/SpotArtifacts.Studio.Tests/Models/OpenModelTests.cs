using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class OpenModelTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_IsExportedOnFirstUse_WithTheSameFiltersAsItsModel()
    {
        OpenModel run = _folder.Take(ModelFolder.Run), exported = _folder.Take(ModelFolder.Exported);

        IReadOnlyList<string> filters = await run.FiltersAsync();

        Assert.True(File.Exists(_folder.At("runs/tiny/model.onnx")));
        Assert.Equal(await exported.FiltersAsync(), filters);
        Assert.All(filters, filter => Assert.StartsWith("data:image/png;base64,", filter, StringComparison.Ordinal));
        Assert.Equal((await exported.DescriptionAsync()).Network, (await run.DescriptionAsync()).Network);
    }

    [Fact]
    public async Task Space_OfTheStudiosImages_IsMadeOnceAndKept()
    {
        OpenModel model = _folder.Take(ModelFolder.Exported);
        Assert.Null(await model.SpaceAsync());

        (_, SearchSpace space) = await _folder.TakeSpaceAsync();

        Assert.Equal(12, space.Images.Count);
        Assert.Single(Directory.GetFiles(_folder.Indices.KeptFolder, "*.spotindex"));
        // The run has the same network, so it finds the same index.
        Assert.NotNull(await _folder.Take(ModelFolder.Run).SpaceAsync());
    }

    [Fact]
    public async Task Like_AnImageOfTheIndex_FindsItFirst_AndLeavesItOutWhenAskedByNumber()
    {
        (_, SearchSpace space) = await _folder.TakeSpaceAsync();

        IReadOnlyList<FoundImage> found = await space.LikeAsync(BlockImages.Draw(7), 10, ModelFolder.Stop),
            others = await space.LikeAsync(7, 11, ModelFolder.Stop);

        Assert.Equal(10, found.Count);
        Assert.Equal((7, 1f), (found[0].Image, MathF.Round(found[0].Similarity, 3)));
        Assert.EndsWith("0007.png", found[0].Name, StringComparison.Ordinal);
        Assert.Equal(11, others.Count);
        Assert.DoesNotContain(others, one => one.Image == 7);
    }

    [Fact]
    public async Task Take_ManyModels_KeepsThoseInUseOpen()
    {
        byte[] content = File.ReadAllBytes(_folder.At("runs/tiny.onnx"));
        (_, SearchSpace space) = await _folder.TakeSpaceAsync();
        for (int i = 0; i < 6; i++)
        {
            _folder.Write($"runs/more{i}.onnx", content);
            using ModelLease other = _folder.Models.Take($"more{i}.onnx");
            await other.Model.SpaceAsync();
        }

        Assert.NotEmpty(await space.LikeAsync(BlockImages.Draw(1), 3, ModelFolder.Stop));
    }

    [Fact]
    public async Task Space_IndexInTheRunsFolder_IsTakenWithoutImagesOfTheStudio_WhereItsImagesMayBeRead()
    {
        using ModelFolder folder = new(images: 0);
        for (int i = 0; i < 4; i++)
            folder.Write($"runs/photos/{i}.png", PngFile.Encode(BlockImages.Draw(i)));
        OpenModel model = folder.Take(ModelFolder.Exported);
        Assert.Null(await model.SpaceAsync());

        MakeIndex(model, folder.At("runs/photos"), folder.At("runs/photos.spotindex"));

        Assert.Equal(4, (await model.SpaceAsync())!.Images.Count);
    }

    [Fact]
    public async Task Space_IndexOfImagesOutside_IsRefused()
    {
        using ModelFolder folder = new(images: 0);
        folder.Write("secret/0.png", PngFile.Encode(BlockImages.Draw(0)));
        OpenModel model = folder.Take(ModelFolder.Exported);
        MakeIndex(model, folder.At("secret"), folder.At("runs/secret.spotindex"));

        SpotException refused = await Assert.ThrowsAsync<SpotException>(model.SpaceAsync);

        Assert.Contains("--images", refused.Message, StringComparison.Ordinal);
        Assert.Null(await model.TrySpaceAsync());
    }

    [Fact]
    public async Task BuildIndex_ALinkThatLeadsOut_IsRefusedByName()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        string secret = _folder.Write("secret.png", PngFile.Encode(BlockImages.Draw(99)));
        File.CreateSymbolicLink(_folder.At("photos/zz-link.png"), secret);

        WorkItem building = await _folder.Take(ModelFolder.Exported).BuildIndexAsync();
        await building.Completion;

        Assert.Contains("zz-link.png leads out", building.Progress.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Space_IndexOfAListThatLeadsOut_IsRefused()
    {
        using ModelFolder folder = new(images: 0);
        string secret = folder.Write("secret/0.png", PngFile.Encode(BlockImages.Draw(0)));
        string list = folder.Write("runs/list.txt", System.Text.Encoding.UTF8.GetBytes(secret + "\n"));
        OpenModel model = folder.Take(ModelFolder.Exported);
        MakeIndex(model, list, folder.At("runs/list.spotindex"));

        SpotException refused = await Assert.ThrowsAsync<SpotException>(model.SpaceAsync);

        Assert.Contains("leads out", refused.Message, StringComparison.Ordinal);
    }

    private static void MakeIndex(OpenModel open, string images, string path)
    {
        using SpotModel model = open.OpenFeatures(new SpotModelOptions());
        using ImageSet set = ImageSet.Open([images]);
        FeatureIndexBuilder.Build(model, set, new FeatureIndexOptions { Path = path, Sources = [images] });
    }
}
