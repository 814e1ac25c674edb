using System.Diagnostics;
using System.Text.Json;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private static readonly string s_sound = Path.Combine(AppContext.BaseDirectory, "ops_seed1.safetensors");
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Verify_SoundFile_PrintsEachStage()
    {
        CommandLineRun run = await CommandLineRun.Of("verify", s_sound);
        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{s_sound}: ok, 53 tensors compared, 55 inputs, 0 unchecked\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nlrn ", run.Output, StringComparison.Ordinal);
    }

    // Within the tests another test has loaded libtorch before.
    [Fact]
    public async Task Verify_AsAProcessOfItsOwn_PrintsTheSame()
    {
        using Process process = SpotProcess.Start(["verify", s_sound]);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.Success, process.ExitCode);
        Assert.StartsWith($"{s_sound}: ok, 53 tensors compared", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_Json_HasTheSameOutcome()
    {
        CommandLineRun run = await CommandLineRun.Of("verify", "--json", s_sound, s_sound);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.True(json.RootElement[0].GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Verify_DeviceThatIsNotThere_IsAnErrorAndNothingIsComputedElsewhere()
    {
        CommandLineRun run = await CommandLineRun.Of("verify", s_sound, "--device", "cuda:77");
        Assert.Equal((ExitCodes.Failure, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("spot: device cuda:77 is not there: libtorch ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_OneNumberChanged_NamesTheTensorAndFails()
    {
        await WriteChanged(file => file.Tensors["leaky/y"] = SafetensorsEntry.From(new float[50], 50));
        CommandLineRun run = await CommandLineRun.Of("verify", _file);
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.StartsWith($"spot: {_file}: leaky/y is off by ", run.Error, StringComparison.Ordinal);
        Assert.Contains("FAILED", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_UnknownTensor_NamesItAndFails()
    {
        await WriteChanged(file => file.Tensors["gelu/y"] = SafetensorsEntry.From([1f], 1));
        CommandLineRun run = await CommandLineRun.Of("verify", _file);
        Assert.Equal((ExitCodes.Failure, $"spot: {_file}: gelu/y was not checked: the replay neither reads nor computes it\n"),
            (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Verify_BadFileThenSoundOne_ReportsBothAndFails()
    {
        await File.WriteAllTextAsync(_file, "nothing like it", TestContext.Current.CancellationToken);
        CommandLineRun run = await CommandLineRun.Of("verify", _file, s_sound);
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.StartsWith($"spot: {_file}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{s_sound}: ok", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_OtherSafetensorsFile_SaysItIsNoFixture()
    {
        await WriteChanged(file => file.Metadata.Clear());
        CommandLineRun run = await CommandLineRun.Of("verify", _file);
        Assert.Equal(new(ExitCodes.Failure, "", $"spot: {_file}: not a fixture: its metadata have no 'kind'\n"), run);
    }

    private Task WriteChanged(Action<SafetensorsFile> change) => Task.Run(() =>
    {
        SafetensorsFile file = SafetensorsFile.Read(s_sound);
        change(file);
        file.Write(_file);
    });
}
