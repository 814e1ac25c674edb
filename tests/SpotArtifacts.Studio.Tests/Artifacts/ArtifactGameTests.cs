using SpotArtifacts.Images;
using SpotArtifacts.Studio.Artifacts;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Tests.Models;

namespace SpotArtifacts.Studio.Tests.Artifacts;

public sealed class ArtifactGameTests
{
    [Fact]
    public void Say_EachPair_CountsForBoth_UntilTheEnd()
    {
        ArtifactGame game = new([new GamePair("a", "b", true, true), new GamePair("c", "d", false, true)]);
        game.Next();
        Assert.Equal((0, null), (game.Number, game.SaidLeft));

        game.Say(true);
        game.Say(false); // too late

        Assert.Equal((1, 1, 1), (game.Answered, game.VisitorScore, game.NetworkScore));
        game.Next();
        Assert.Equal("c", game.Pair.Left);
        game.Say(false);
        Assert.Equal((2, 1), (game.VisitorScore, game.NetworkScore));
        Assert.False(game.IsOver);
        game.Next();
        game.Say(true);
        Assert.Equal((true, 2, 2), (game.IsOver, game.Answered, game.Count));
    }

    [Fact]
    public async Task Begin_ARun_HasTwentyPairs_WhoseSidesAreDrawn()
    {
        using ModelFolder folder = new(images: 0);
        ModelEntry entry = folder.Catalog.Find(ModelFolder.Run);
        RepairSizes sizes = await folder.Workshop.SizesAsync(entry);
        IReadOnlyList<RgbImage> images = PlayImages.Draw(null, ArtifactGame.PairCount, sizes.Size, seed: 5);

        ArtifactGame game = await ArtifactGame.BeginAsync(folder.Workshop, entry, images, seed: 5),
            same = await ArtifactGame.BeginAsync(folder.Workshop, entry, images, seed: 5);

        List<GamePair> pairs = [];
        while (!game.IsOver)
        {
            pairs.Add(game.Pair);
            Assert.Equal(game.Pair, same.Pair);
            game.Say(game.Pair.RepairedIsLeft);
            same.Say(true);
            game.Next();
            same.Next();
        }
        Assert.Equal((20, 20), (pairs.Count, game.VisitorScore));
        Assert.InRange(pairs.Count(pair => pair.RepairedIsLeft), 3, 17);
        Assert.All(pairs, pair => Assert.NotEqual(pair.Left, pair.Right));
    }
}
