using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

/// <summary>Inspections as the version on libtorch wrote them.</summary>
public sealed class PreviousInspectionTests : IDisposable
{
    private static readonly Dictionary<string, string> s_settings =
        new() { ["network"] = "82ea137f041570e71832fed74e99d0b3", ["averaged"] = "no", ["tiles"] = "2", ["as_is"] = "no" };

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("inspect", false)]
    [InlineData("inspect-as-is", true)]
    public void Inspect_ItsImages_GivesItsNumbers(string results, bool asIs)
    {
        using ArtifactInspector inspector = ArtifactInspector.Load(
            TestFiles.Spotting, new InspectionOptions { Tiles = asIs ? [] : [2], AsIs = asIs });
        using InspectionLog expected = new(Copy(results, "inspection.jsonl"));
        using ImageSet images = Images();

        IReadOnlyList<ImageInspection> found = inspector.Inspect(
            [.. Enumerable.Range(0, images.Count).Select(i => images.Load(i))],
                cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(24, expected.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            ImageInspection before = expected.Read(i).Found!;
            Assert.Equal(before.Repaired, found[i].Repaired, 1e-5);
            Assert.Equal(before.Whole, found[i].Whole, 1e-5);
            Assert.Equal((before.Map!.Rows, before.Map.Columns), (found[i].Map!.Rows, found[i].Map!.Columns));
            // written with three digits
            Assert.All(before.Map.Values.Zip(found[i].Map!.Values), pair => Assert.Equal(pair.First, pair.Second, 6e-4));
        }
    }

    [Fact]
    public void Run_InterruptedInspection_IsContinuedToTheSameRanking()
    {
        Copy("inspect", "settings.json");
        string log = Copy("inspect", "inspection.jsonl");
        string[] lines = File.ReadAllLines(log);
        File.WriteAllText(log, string.Join('\n', lines[..10]) + '\n' + lines[10][..20]);
        using ArtifactInspector inspector = ArtifactInspector.Load(TestFiles.Spotting, new InspectionOptions { Tiles = [2] });
        using ImageSet images = Images();
        List<int> done = [];

        new InspectionRun(inspector, images, _folder.Path, s_settings).Run(
            overlays: 0, new Reports<DecodingProgress>(seen => done.Add(seen.Done)), TestContext.Current.CancellationToken);

        Assert.Equal([24], done);
        Assert.Equal(File.ReadAllText(TestFiles.Previous("inspect", "ranking.csv")), File.ReadAllText(_folder.At("ranking.csv")));
    }

    public void Dispose() => _folder.Dispose();

    private static ImageSet Images() => ImageSet.Open([TestFiles.Previous("images.tar")]);

    private string Copy(string results, string name) => _folder.Write(name, File.ReadAllBytes(TestFiles.Previous(results, name)));
}
