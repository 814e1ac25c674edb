using System.Text;
using System.Xml.Linq;
using OxyPlot;
using SpotArtifacts.Cli.Report;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class HtmlReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spot-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ToHtml_EveryPart_IsInOrder()
    {
        string html = Full().ToHtml();
        string[] parts = ["<h1>Title", "Summary.", "class=\"studio-figures\"", ">Pictures<", ">Curves<", ">Numbers<",
            "How it was made"];
        int[] places = [.. parts.Select(part => html.IndexOf(part, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void ToHtml_EveryPart_IsWellFormed() => Assert.NotNull(Body(Full()));

    [Fact]
    public void ToHtml_HostileTextEverywhere_IsEscaped()
    {
        const string Hostile = "<script>alert('x')</script>\"&\u0001]]>";
        PlotModel chart = Chart.Lines(Hostile, Hostile, [(Hostile, [new(0, 0), new(1, 1)])]);
        var report = new HtmlReport(Hostile).AddSummary(Hostile).AddKeyFigure(Hostile, Hostile, Hostile)
            .AddImages(Hostile, Hostile, new ReportImage(SamplePng.Bytes, Hostile)).AddChart(Hostile, chart, Hostile)
            .AddTable(Hostile, Hostile, [Hostile], [(Hostile, [1])], intro: Hostile)
            .AddRecipe(Hostile, Hostile);
        string html = report.ToHtml();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u0001', html);
        var body = Body(report);
        Assert.Equal("<script>alert('x')</script>\"& ]]>", body.Descendants("h1").Single().Value);
        Assert.Equal("<script>alert('x')</script>\"& ]]>", body.Descendants("img").First().Attribute("alt")!.Value);
    }

    [Fact]
    public void ToHtml_Always_ReferencesNothingOutside()
    {
        string html = Full().ToHtml();
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        Assert.All(Body(Full()).Descendants("img"),
            image => Assert.Matches("^data:image/(png|svg\\+xml);base64,", image.Attribute("src")!.Value));
    }

    [Fact]
    public void ToHtml_Twice_GivesTheSameBytes() => Assert.Equal(Full().ToHtml(), Full().ToHtml());

    [Fact]
    public void ToHtml_TitleOnly_HasNoEmptyLists()
    {
        string html = new HtmlReport("only").ToHtml();
        Assert.DoesNotContain("<dl", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<section", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ExistingFile_IsReplacedAndNothingElseStays()
    {
        string path = Path.Combine(_folder, "report.html");
        File.WriteAllText(path, "old");
        new HtmlReport("Größe 32 × 32").Write(path);
        Assert.Equal(new HtmlReport("Größe 32 × 32").ToHtml(), File.ReadAllText(path, Encoding.UTF8));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Write_TargetIsAFolder_ThrowsAndLeavesNoTemporary()
    {
        string path = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(path);
        string message = Assert.Throws<OutputException>(() => new HtmlReport("t").Write(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Write_MissingFolder_Throws() =>
        Assert.Throws<OutputException>(() => new HtmlReport("t").Write(Path.Combine(_folder, "none", "report.html")));

    [Fact]
    public void Constructor_BlankTitle_IsRefused() => Assert.Throws<ArgumentException>(() => new HtmlReport(" "));

    private static HtmlReport Full() => new HtmlReport("Title")
        .AddSummary("Summary.")
        .AddKeyFigure("accuracy", "70 %", "random: 38 %")
        .AddImages("Pictures", "Intro.", new ReportImage(SamplePng.Bytes, "caption", 2))
        .AddChart("Curves", Chart.Lines("x", "y", [("s", [new(0, 0), new(1, 1)])]))
        .AddTable("Numbers", "layer", ["random"], [("conv1", [1])])
        .AddRecipe("preset", "demo32");

    private static XElement Body(HtmlReport report) => ReportPage.Body(report.ToHtml());
}
