using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class PresetsTests
{
    public static TheoryData<string> Names => [.. Presets.All.Select(preset => preset.Preset)];

    [Theory]
    [InlineData("tiny32", 32, 16, new[] { 32, 64, 128 }, 4, 2, new[] { 96, 256, 384, 384, 256 }, 4096)]
    [InlineData("std64", 64, 32, new[] { 64, 128, 256, 512 }, 4, 4, new[] { 96, 256, 384, 384, 256 }, 4096)]
    [InlineData("paper96", 96, 32, new[] { 64, 128, 256, 512 }, 6, 4, new[] { 96, 256, 384, 384, 256 }, 4096)]
    [InlineData("imagenet128", 128, 32, new[] { 64, 128, 256, 512 }, 8, 4, new[] { 96, 256, 384, 384, 256 }, 4096)]
    [InlineData("demo32", 32, 16, new[] { 32, 64, 128 }, 4, 2, new[] { 24, 64, 96, 96, 64 }, 256)]
    [InlineData("fix32", 32, 8, new[] { 16, 32, 64 }, 4, 2, new[] { 12, 32, 48, 48, 32 }, 64)]
    public void Get_KnownName_HasTheSizesOfTheSpecification(
        string name, int imageSize, int stem, int[] widths, int grid, int stride, int[] discriminator, int head)
    {
        NetworkOptions network = Presets.Get(name).Network;

        Assert.Equal(imageSize, network.ImageSize);
        Assert.Equal(stem, network.StemWidth);
        Assert.Equal(widths, network.EncoderWidths);
        Assert.Equal(grid, network.BottleneckGrid);
        Assert.Equal(stride, network.Conv1Stride);
        Assert.Equal(discriminator, network.DiscriminatorWidths);
        Assert.Equal(head, network.ClassHeadWidth);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Get_KnownName_IsValidWithEqualGrids(string name)
    {
        Recipe preset = Presets.Get(name);

        preset.Validate();
        Assert.Equal(preset.Network.BottleneckGrid, preset.Network.KeepMaskGrid);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RecipesFolder_FileOfThePreset_ResolvesToThePreset(string name)
    {
        Recipe resolved = RecipeResolution.Resolve(recipeFile: Path.Combine(RepositoryRoot(), "recipes", name + ".yaml"));

        Assert.Equal(RecipeFile.ToYaml(Presets.Get(name)), RecipeFile.ToYaml(resolved));
    }

    [Theory]
    [InlineData("Tiny32")]
    [InlineData("")]
    [InlineData("tiny")]
    public void Get_UnknownName_ThrowsNamingThePresets(string name)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => Presets.Get(name));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("tiny32, std64, paper96, imagenet128, demo32, fix32", error.Message, StringComparison.Ordinal);
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "SpotArtifacts.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not run from within the repository.");
        return folder;
    }
}
