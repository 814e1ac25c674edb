using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RecipeValidationTests
{
    [Fact]
    public void Validate_Defaults_Passes() => new Recipe().Validate();

    [Fact]
    public void Problems_SeveralValuesOutOfRange_NamesEach()
    {
        Recipe recipe = new() { BatchPerRank = 1, Damage = new() { DropRate = 1 } };

        Assert.Equal(
            [
                "batch_per_rank is 1, but must be a whole number from 2 to 65536.",
                "damage.drop_rate is 1, but must be a number above 0 and below 1.",
            ],
            RecipeValidation.Problems(recipe));
    }

    [Theory]
    [InlineData(33, 1)]
    [InlineData(30, 2)]
    [InlineData(36, 3)]
    [InlineData(100, 3)]
    public void Problems_ImageSizeNoMultipleOfTheTotalStride_NamesTheStride(int imageSize, int levels)
    {
        string problem = Assert.Single(RecipeValidation.Problems(WithNetwork(imageSize, levels, 4)));

        Assert.StartsWith($"network.image_size is {imageSize}, but must be a multiple of {1 << levels}:", problem,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, 3, 4, 2, 4, "network.conv1_stride 2 fits here.")]
    [InlineData(64, 4, 2, 8, 4, "network.conv1_stride 4 fits here.")]
    [InlineData(96, 4, 3, 8, 6, "network.conv1_stride 4 fits here.")]
    [InlineData(32, 2, 2, 4, 8, "network.conv1_stride 1 fits here.")]
    [InlineData(64, 5, 4, 4, 2, "No stride fits here")]
    [InlineData(32, 1, 1, 8, 16, "No stride fits here")]
    public void Problems_GridsDiffer_NamesBothSizesAndAWayOut(int imageSize, int levels, int stride, int mask, int bottleneck,
        string way)
    {
        string problem = Assert.Single(RecipeValidation.Problems(WithNetwork(imageSize, levels, stride)));

        Assert.Contains($"grid is {mask}x{mask} ", problem, StringComparison.Ordinal);
        Assert.Contains($"grid is {bottleneck}x{bottleneck} ", problem, StringComparison.Ordinal);
        Assert.Contains(way, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 3, 2, 1)]
    [InlineData(40, 3, 2, 5)]
    [InlineData(48, 4, 4, 3)]
    [InlineData(224, 4, 4, 14)]
    [InlineData(4, 2, 1, 1)]
    public void Problems_GridsEqual_FindsNone(int imageSize, int levels, int stride, int grid)
    {
        Recipe recipe = WithNetwork(imageSize, levels, stride);

        Assert.Empty(RecipeValidation.Problems(recipe));
        Assert.Equal(grid, recipe.Network.KeepMaskGrid);
    }

    [Theory]
    [InlineData(32, 2, 8, "1, 1, 2, 2")]
    [InlineData(32, 3, 4, "1, 2, 2, 2")]
    [InlineData(96, 4, 6, "2, 2, 2, 2")]
    [InlineData(40, 1, 20, "1, 1, 1, 2")]
    public void Problems_ResNet_FitsItsStridesToTheBottleneck(int imageSize, int levels, int grid, string strides)
    {
        Recipe recipe = WithNetwork(imageSize, levels, 3);
        recipe = recipe with { Network = recipe.Network with { Trunk = TrunkKind.Resnet18 } };

        Assert.Empty(RecipeValidation.Problems(recipe));
        Assert.Equal((grid, strides), (recipe.Network.KeepMaskGrid, string.Join(", ", recipe.Network.GroupStrides)));
    }

    [Fact]
    public void Problems_ResNetOfMoreHalvingsThanItHas_NamesBothSettings()
    {
        Recipe recipe = WithNetwork(64, 5, 4);

        string problem = Assert.Single(RecipeValidation.Problems(
            recipe with { Network = recipe.Network with { Trunk = TrunkKind.Resnet18 } }));

        Assert.Equal("network.trunk is resnet18, whose 4 groups halve the image as many times at most, but 5 "
            + "network.encoder_widths halve it 5 times: fewer of them fit.", problem);
    }

    [Theory]
    [InlineData("damage.block is 5, but must not exceed the bottleneck grid's side, 4.", "damage.block=5")]
    [InlineData("spotting.balance adapts", "spotting.balance=0.65", "spotting.repair=none")]
    [InlineData("batch_per_rank is 3", "spotting.rotation_weight=1", "batch_per_rank=3")]
    [InlineData("from noise (spotting.corrupt) have no turn", "spotting.rotation_weight=1",
        "spotting.corrupt=generator_from_noise")]
    [InlineData("the turn is not kept", "spotting.rotation_weight=1", "spotting.history_size=4")]
    [InlineData("set spotting.rotation_weight above 0", "spotting.instance_weight=1", "batch_per_rank=8")]
    [InlineData("spotting.rotation_images is all, but images from noise", "spotting.rotation_weight=1",
        "spotting.rotation_images=all", "spotting.corrupt=generator_from_noise")]
    [InlineData("spotting.game_every is 2", "spotting.game_every=2")]
    [InlineData("spotting.game_from is 0.5, but", "spotting.game_from=0.5")]
    [InlineData("spotting.game_every is 2", "spotting.game_every=2", "spotting.rotation_weight=1")]
    [InlineData("and spotting.rotation_images to raw", "spotting.instance_weight=1", "spotting.rotation_weight=1",
        "batch_per_rank=8")]
    public void Problems_OptionsThatDoNotGoTogether_SaysWhich(string expected, params string[] settings) => Assert.Contains(
        expected, Assert.Throws<RecipeException>(() => TinyRun.Recipe(settings)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("spotting.rotation_images=raw", "spotting.history_size=4")]
    [InlineData("spotting.rotation_images=clean", "spotting.corrupt=generator_from_noise")]
    [InlineData("spotting.rotation_images=raw", "batch_per_rank=4")]
    [InlineData("spotting.rotation_images=raw", "batch_per_rank=8", "spotting.instance_weight=1")]
    [InlineData("spotting.rotation_images=all", "batch_per_rank=8", "spotting.instance_weight=1", "spotting.game_every=4")]
    [InlineData("spotting.rotation_images=raw", "spotting.instance_weight=1", "batch_per_rank=5")]
    [InlineData("spotting.rotation_images=raw", "spotting.game_from=0.9")]
    public void Problems_RotationOptionsThatGoTogether_FindsNone(params string[] settings) =>
        TinyRun.Recipe(["spotting.rotation_weight=1", .. settings]).Validate();

    [Fact]
    public void Problems_SaturationUpsideDown_NamesBothKeys()
    {
        Recipe recipe = new() { Augmentation = new() { MinSaturation = 1.5, MaxSaturation = 0.5 } };

        Assert.Equal("augmentation.min_saturation must not exceed augmentation.max_saturation.",
            Assert.Single(RecipeValidation.Problems(recipe)));
    }

    private static Recipe WithNetwork(int imageSize, int levels, int stride) => new()
    {
        Network = new() { ImageSize = imageSize, EncoderWidths = [.. Enumerable.Repeat(8, levels)], Conv1Stride = stride },
    };
}
