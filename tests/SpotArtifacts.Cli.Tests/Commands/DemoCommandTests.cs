using System.Globalization;
using System.Xml.Linq;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Cli.Tests.Report;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>
/// The whole demo on a scale at which nothing is learned: everything it makes is there and says what was measured.
/// </summary>
public sealed class DemoCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spot-demo-").FullName;

    [Fact]
    public async Task Demo_SmallestScale_WritesEverythingAndRefusesToDoItAgain()
    {
        CommandLineRun demo = await Demo();

        Assert.Equal((ExitCodes.Success, "", At("report.html")), (demo.ExitCode, demo.Error, demo.Output.Trim()));
        Assert.All((string[])["images/unlabelled.tar", "images/train.tar", "images/test.tar", "run/recipe.resolved.yaml",
            "run/metrics.jsonl"], file => Assert.True(File.Exists(At(file)), file));
        Assert.True(Checkpoint.Read(At("run/weights.safetensors")).Has("discriminator.conv1.weight"));
        AssertReport(ReportPage.Body(await File.ReadAllTextAsync(At("report.html"), TestContext.Current.CancellationToken)));

        CommandLineRun again = await Demo();

        Assert.Equal((ExitCodes.Failure, ""), (again.ExitCode, again.Output));
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_NothingNamed_AsksHowImagesAreTurnedAndSaysSo()
    {
        CommandLineRun demo = await CommandLineRun.Of("demo", "--quiet", "--out", _folder, "--images", "240", "--precision",
            "f32", "--set", "batch_per_rank=8", "--set", "autoencoding.steps=1", "--set", "spotting.steps=1");

        Assert.Equal((ExitCodes.Success, ""), (demo.ExitCode, demo.Error));
        Recipe recipe = RunFolder.Open(At("run")).ReadRecipe();
        Assert.Equal(("demo32", 1, 1), (recipe.Preset, recipe.Spotting.RotationWeight, recipe.Spotting.Steps));
        string report = await File.ReadAllTextAsync(At("report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("how an image is turned and which of all it is.", report, StringComparison.Ordinal);
        Assert.Contains("in f32", report, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<CommandLineRun> Demo() => CommandLineRun.Of("demo", "--quiet", "--out", _folder, "--images", "240", "--preset",
        "fix32",
        "--set", "batch_per_rank=8", "--set", "autoencoding.steps=2", "--set", "spotting.steps=2", "--set",
        "recording.metrics_every=1");

    private string At(string name) => Path.Combine(_folder, name);

    private static void AssertReport(XElement body)
    {
        Dictionary<string, XElement> sections = body.Descendants("section").ToDictionary(section => section.Element("h2")!.Value);
        Assert.Equal(
            ["What each layer is worth", "The stage-1 encoder for comparison", "What the networks saw",
                "Stage 1, autoencoder: Losses", "Stage 1, autoencoder: Mean squared error of the reconstruction",
                "Stage 2, spotting: The game: right answers of the discriminator", "Stage 2, spotting: Losses",
                "Stage 2, spotting: Repair: squared error on kept pixels",
                "Stage 2, spotting: Finding the dropped entries (50 % is chance), feature spread",
                "First-layer filters", "Nearest neighbours", "How it was made"], sections.Keys);
        Assert.Contains("240 images", body.Element("main")!.Element("header")!.Value, StringComparison.Ordinal);
        double best = AssertWorth(sections["What each layer is worth"]);
        Assert.Equal(["stem", "down.0", "down.1", "down.2"],
            ReportPage.Rows(sections["The stage-1 encoder for comparison"]).Skip(1).Select(row => row[0]));
        string[] figures = [.. body.Descendants("dl").First().Descendants("dd").Where(dd => dd.Attribute("class") is null)
            .Select(dd => dd.Value)];
        Assert.Equal(best, Number(figures[0].Replace(" %", "", StringComparison.Ordinal)));
        // each is rounded
        Assert.Equal(best - Number(figures[1].Replace(" %", "", StringComparison.Ordinal)), Number(figures[2].Split(' ')[0]),
            1.01e-1);
        AssertPictures(sections);
        Assert.Contains("fix32", sections["How it was made"].Value, StringComparison.Ordinal);
    }

    private static double AssertWorth(XElement section)
    {
        string[][] rows = ReportPage.Rows(section);
        Assert.Equal(["layer", "linear, random", "linear, pre-trained", "difference", "kNN, random", "kNN, pre-trained"],
            rows[0]);
        Assert.Equal(["conv1", "conv2", "conv3", "conv4", "conv5"], rows[1..].Select(row => row[0]));
        double[][] numbers = [.. rows[1..].Select(row => row[1..].Select(Number).ToArray())];
        Assert.All(numbers, row => Assert.Equal(row[1] - row[0], row[2], 1.01e-1));
        Assert.All(numbers.SelectMany(row => (double[])[row[0], row[1], row[3], row[4]]), share => Assert.InRange(share, 0, 100));
        // 40 test images: whatever was learned, a share is a whole number of them.
        Assert.All(numbers.SelectMany(row => (double[])[row[0], row[1], row[3], row[4]]),
            share => Assert.Equal(Math.Round(share * 0.4), share * 0.4, 0.021));
        return numbers.Max(row => row[1]);
    }

    private static void AssertPictures(Dictionary<string, XElement> sections)
    {
        foreach ((string heading, XElement section) in sections)
        {
            (string Type, byte[] Bytes)[] pictures = [.. section.Descendants("img").Select(ReportPage.Data)];
            bool chart = heading.StartsWith("Stage", StringComparison.Ordinal);
            Assert.Equal(heading is "What the networks saw" ? 2 : chart
                || heading is "First-layer filters" or "Nearest neighbours" ? 1 : 0, pictures.Length);
            foreach ((string type, byte[] bytes) in pictures)
            {
                Assert.Equal(chart ? "image/svg+xml" : "image/png", type);
                if (chart)
                    Assert.Contains(ReportPage.Svg(bytes).Descendants(), e => e.Name.LocalName == "polyline");
                else
                    Assert.InRange(ImageDecoder.Decode(bytes, heading).Width, 24, 4000);
            }
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
