using System.Diagnostics;

namespace SpotArtifacts.Tests.Bench;

public sealed class PyTorchStepsTests
{
    // Debian's is beside a python3 of another kind on some machines.
    private static readonly string[] s_interpreters = ["python3", "/usr/bin/python3"];

    [Fact]
    public void Verify_CommittedFiles_AgreeWithTheGoldenTensors()
    {
        string? python = s_interpreters.FirstOrDefault(name => Run(name, "-c", "import torch, numpy").Code == 0);
        if (python is null)
        {
            Assert.Skip("no python3 with torch and numpy is at hand");
            return;
        }
        string files = Path.Combine(AppContext.BaseDirectory, "Verification", "files");

        (int code, string output) = Run(python, Path.Combine(AppContext.BaseDirectory, "Bench", "files", "pytorch_steps.py"),
            "verify", Path.Combine(files, "fix32_seed1_ae.safetensors"),
            Path.Combine(files, "fix32_seed1_spot_cut.safetensors"), Path.Combine(files, "tiny32_seed1_ae_digest.safetensors"));

        Assert.True(code == 0, output);
        Assert.Equal(3, output.Split("tensors compared").Length - 1);
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
        catch (System.ComponentModel.Win32Exception absent)
        {
            return (-1, absent.Message);
        }
    }
}
