using System.Text.Json;
using System.Xml.Linq;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class EvalCommandTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    [Fact]
    public async Task Run_List_NamesEveryProtocolAndItsSettings()
    {
        CommandLineRun run = await CommandLineRun.Of("eval", "--list");

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.All((string[])["linear-zhang:", "linear-deepcluster:", "linear-rotnet:", "knn:", "stl10-10fold:", "stl10-5k:",
            "finetune:", "    temperature=0.07"],
            text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_TwoProtocols_PrintsNetworksSideBySideAndWritesTheReport()
    {
        await Pretrain("run");

        CommandLineRun run = await Eval("--protocol", "knn", "linear-rotnet", "--seeds", "1,2", "--set", "epochs=1",
            "--baseline", $"again={_folder.At("run")}", "--out", _folder.At("report.json"), _folder.At("report.md"),
            _folder.At("report.svg"));

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        string header = run.Output.Split('\n').First(line => line.Contains("protocol", StringComparison.Ordinal));
        Assert.Matches("random +encoder +again +pre-trained", header);
        Assert.Contains("linear-rotnet with other settings than its own: epochs=1", run.Output, StringComparison.Ordinal);
        Assert.Contains("±", run.Output, StringComparison.Ordinal);
        using JsonDocument report =
            JsonDocument.Parse(await File.ReadAllTextAsync(_folder.At("report.json"), TestContext.Current.CancellationToken));
        Assert.Contains("| measure | of | random | encoder | again | pre-trained |",
            await File.ReadAllTextAsync(_folder.At("report.md"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(_folder.At("report.svg")).Root!.Name.LocalName);
        Assert.Equal(8, report.RootElement.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Run_AllAsJson_LeavesOutWhatCannotUseTheImages()
    {
        await Pretrain("run");

        CommandLineRun run = await Eval("--all", "--json", "--set", "epochs=1", "finetune.steps=1");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        using JsonDocument report = JsonDocument.Parse(run.Output);
        string?[] protocols = [.. report.RootElement.GetProperty("results").EnumerateArray()
            .Select(r => r.GetProperty("protocol").GetString()).Distinct()];
        Assert.Contains("finetune", protocols);
        Assert.DoesNotContain("stl10-5k", protocols);
    }

    [Theory]
    [InlineData("--protocol and --all", "name protocols with --protocol", "--protocol", "knn", "--all")]
    [InlineData("neither", "name protocols with --protocol")]
    [InlineData("two kinds of seeds", "exclude each other", "--all", "--seed", "1", "--seeds", "1,2")]
    public async Task Run_OptionsThatMakeNoSense_AreAUsageError(string what, string expected, params string[] options)
    {
        CommandLineRun run = await Eval(options);

        Assert.True(run.ExitCode == ExitCodes.Usage, what);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no protocol 'knm'", "--protocol", "knm")]
    [InlineData("epocs", "--protocol", "knn", "--set", "epocs=1")]
    [InlineData("'x' is not a whole number", "--protocol", "knn", "--seeds", "1,x")]
    [InlineData("a seed stands there twice", "--protocol", "knn", "--seeds", "1,1")]
    [InlineData("NAME=RUN", "--protocol", "knn", "--baseline", "rotation")]
    [InlineData("its folder does not exist", "--protocol", "knn", "--out", "absent/report.json")]
    [InlineData("must end in .json, .md or .svg", "--protocol", "knn", "--out", "report.html")]
    [InlineData("needs STL-10", "--protocol", "stl10-5k")]
    public async Task Run_ValueThatCannotWork_SaysWhatWould(string expected, params string[] options)
    {
        await Pretrain("run");

        CommandLineRun run = await Eval(options);

        Assert.Equal((ExitCodes.Failure, ""), (run.ExitCode, run.Output));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task Pretrain(string name) =>
        Assert.Equal(ExitCodes.Success,
            (await CommandLineRun.Of(_folder.PretrainArguments(name, "autoencoding.steps=1", "spotting.steps=1"))).ExitCode);

    private Task<CommandLineRun> Eval(params string[] options) =>
        CommandLineRun.Of(["eval", _folder.At("run"), "--quiet", "--train", _folder.Images, "--test", _folder.Images,
            .. options]);
}
