using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

public sealed class InspectionRunTests : IDisposable
{
    private static readonly Dictionary<string, string> s_settings = new() { ["network"] = "x" };

    private readonly FeatureFolder _folder = new();
    private readonly ArtifactInspector _inspector = ArtifactInspector.Load(
        TestFiles.Spotting, new InspectionOptions { Threads = 1 });

    [Fact]
    public void Run_Folder_RanksAndDrawsTheMostSuspicious()
    {
        _folder.WriteImages("images", 70);
        _folder.WriteDamaged("images/0005x, \"broken\".png");

        InspectionSummary summary = Run("out", overlays: 3);

        Assert.Equal((71, 1), (summary.Images, summary.Damaged));
        string[] ranking = File.ReadAllLines(_folder.At("out/ranking.csv"));
        Assert.Equal(71, ranking.Length); // a header and 70 good ones
        double[] scores =
            [.. ranking.Skip(1).Select(row =>
                double.Parse(row.Split(',')[2], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(summary.Highest[0].Name, ranking[1].Split(',')[1]);
        string[] lines = File.ReadAllLines(_folder.At("out/inspection.jsonl"));
        Assert.Equal(71, lines.Length);
        Assert.Contains("\"error\":", Assert.Single(lines, line => line.Contains("broken", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        string[] overlays =
            [.. Directory.GetFiles(_folder.At("out/overlays")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        Assert.Equal(
            [.. summary.Highest.Take(3).Select((image, i) => $"000{i + 1}-{Path.GetFileNameWithoutExtension(image.Name)}.png")],
            overlays);
    }

    [Fact]
    public void Run_StoppedAndStartedAgain_GivesTheSameFiles()
    {
        _folder.WriteImages("images", 150);
        Run("whole", overlays: 1);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run("parts", 1, progress =>
        {
            if (progress.Done == 64)
                stop.Cancel();
        }, stop));
        Assert.Equal(64, File.ReadAllLines(_folder.At("parts/inspection.jsonl")).Length);
        File.AppendAllText(_folder.At("parts/inspection.jsonl"), "{\"name\":\"torn"); // what a killed writer leaves

        List<int> done = [];
        Run("parts", 1, progress => done.Add(progress.Done));

        Assert.Equal([128, 150], done);
        foreach (string file in (string[])["inspection.jsonl", "ranking.csv"])
            Assert.Equal(File.ReadAllText(_folder.At($"whole/{file}")), File.ReadAllText(_folder.At($"parts/{file}")));
    }

    [Fact]
    public void Run_FolderOfOtherSettings_IsRefused()
    {
        _folder.WriteImages("images", 2);
        Run("out");

        using ImageSet images = ImageSet.Open([_folder.At("images")]);
        SpotException failure = Assert.Throws<SpotException>(() =>
            new InspectionRun(_inspector, images, _folder.At("out"), new Dictionary<string, string> { ["network"] = "y" }));
        Assert.Contains("name another folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FolderOfSomethingElse_IsRefused()
    {
        _folder.WriteImages("images", 2);

        Assert.Contains("never overwritten", Assert.Throws<SpotException>(() => Run("images")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ImagesRenamed_IsRefused()
    {
        _folder.WriteImages("images", 2);
        Run("out");
        File.Move(_folder.At("images/0001.png"), _folder.At("images/0002.png"));

        Assert.Contains("other images", Assert.Throws<SpotException>(() => Run("out")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AnotherAtWorkInTheFolder_NamesIt()
    {
        _folder.WriteImages("images", 2);
        Run("out");
        using FileStream other = new(_folder.At("out/inspection.jsonl"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Contains($"{_folder.At("out")}: the results cannot be written",
            Assert.Throws<SpotException>(() => Run("out")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NothingReadable_SaysWhereTheReasonsStand()
    {
        _folder.WriteDamaged("images/a.png");

        Assert.Contains("inspection.jsonl", Assert.Throws<SpotException>(() => Run("out")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LogOfSomethingElse_NamesTheLine()
    {
        _folder.WriteImages("images", 2);
        Run("out");
        File.WriteAllText(_folder.At("out/inspection.jsonl"), "{\"name\":\"a\"}\n");

        Assert.Contains("line 1", Assert.Throws<SpotException>(() => Run("out")).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _inspector.Dispose();
        _folder.Dispose();
    }

    private InspectionSummary Run(
        string folder, int overlays = 0, Action<DecodingProgress>? progress = null, CancellationTokenSource? stop = null)
    {
        using ImageSet images = ImageSet.Open([_folder.At("images")]);
        return new InspectionRun(_inspector, images, _folder.At(folder), s_settings).Run(
            overlays, Reports<DecodingProgress>.To(progress), stop?.Token ?? TestContext.Current.CancellationToken);
    }
}
