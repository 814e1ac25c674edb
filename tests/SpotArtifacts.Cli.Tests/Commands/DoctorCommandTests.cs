using System.CommandLine;
using System.Text.Json;
using SpotArtifacts.Cli.Commands;
using SpotArtifacts.Cli.Doctor;
using SpotArtifacts.Cli.Tests.Doctor;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class DoctorCommandTests
{
    private static readonly DoctorFindings s_sick = new(DoctorSamples.Processor, ".NET 10.0.0")
    {
        TorchFailure = "cannot load x.so; the loader says: \"invalid ELF header\"",
    };

    [Fact]
    public async Task Doctor_HealthyMachine_PrintsFindingsAndSucceeds()
    {
        CommandLineRun run = await Run(DoctorSamples.Healthy);

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.EndsWith("\n\nNothing is wrong.\n", run.Output, StringComparison.Ordinal);
        foreach (string found in (string[])["2.10.0, /packages/libtorch_cpu.so", "AVX512, bf16",
            "libvips 8.18.7, JPEG by libjpeg-turbo 2",
            "600 GFLOP/s forward, 500 GFLOP/s backward", ".NET 10.0.0"])
            Assert.Contains(found, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Fault_PrintsItWithItsRemedyAndFails()
    {
        CommandLineRun run = await Run(s_sick);

        Assert.Equal((ExitCodes.Failure, ""), (run.ExitCode, run.Error));
        Assert.Contains("wrong: cannot load x.so; the loader says: \"invalid ELF header\" [libtorch]\n  mend: ",
            run.Output, StringComparison.Ordinal);
        Assert.Contains("libtorch          not loaded", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Json_IsOneObjectWithFindingsAndFaults()
    {
        CommandLineRun run = await Run(DoctorSamples.Healthy, "--json");
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement root = document.RootElement, findings = root.GetProperty("findings");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.True(root.GetProperty("healthy").GetBoolean());
        Assert.Equal(0, root.GetProperty("faults").GetArrayLength());
        Assert.Equal("2.10.0", findings.GetProperty("torch").GetProperty("version").GetString());
        Assert.Equal(800, findings.GetProperty("throughput").GetProperty("matrix_product").GetDouble());
    }

    [Fact]
    public async Task Doctor_JsonWithFault_NamesItsCodeAndFails()
    {
        CommandLineRun run = await Run(s_sick, "--json");
        using JsonDocument document = JsonDocument.Parse(run.Output);

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.False(document.RootElement.GetProperty("healthy").GetBoolean());
        Assert.Equal("libtorch", document.RootElement.GetProperty("faults")[0].GetProperty("code").GetString());
        Assert.Contains("invalid ELF", document.RootElement.GetProperty("findings").GetProperty("torch_failure").GetString(),
            StringComparison.Ordinal);
    }

    // Whether this machine is fast enough depends on what else it does; that it is examined does not.
    [Fact]
    public async Task Doctor_ThisMachine_IsExaminedAndMeasured()
    {
        CommandLineRun run = await CommandLineRun.Of("doctor", "--json");
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement findings = document.RootElement.GetProperty("findings");

        Assert.Equal(JsonValueKind.Object, findings.GetProperty("torch").ValueKind);
        Assert.True(findings.GetProperty("throughput").GetProperty("convolution_backward").GetDouble() > 0);
    }

    private static async Task<CommandLineRun> Run(DoctorFindings findings, params string[] options)
    {
        using StopSignals signals = new();
        RootCommand root = new() { DoctorCommand.Create(() => findings) };
        GlobalOptions.AddTo(root);
        return await CommandLineRun.Of(root, signals, ["doctor", .. options]);
    }
}
