using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SpotArtifacts.Tests.Export;

/// <summary>Numbers that came out of a network: shape, and values row-major.</summary>
internal sealed record NamedOutput(long[] Shape, float[] Values);

/// <summary>Runs an exported network in PyTorch, in another process; skips the test where that is absent.</summary>
internal sealed class ForeignRuntime
{
    private readonly string _program, _script, _runtime;

    private ForeignRuntime(string program, string script, string runtime) =>
        (_program, _script, _runtime) = (program, At(script), runtime);

    /// <summary>PyTorch with the loader of docs/.</summary>
    internal static ForeignRuntime PyTorch()
    {
        // Debian's own Python: another one in PATH does not have Debian's modules.
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        Assert.SkipUnless(Runs(python, "-c", "import torch"), "PyTorch is not here: apt-get install python3-torch");
        return new ForeignRuntime(python, "run_pytorch.py", Path.GetDirectoryName(At("load_in_pytorch.py"))!);
    }

    /// <summary>Feeds batches to a network.</summary>
    /// <param name="model">The exported file.</param>
    /// <param name="type">Element type of the input, as <c>uint8</c>.</param>
    /// <param name="batches">Shape and bytes of each.</param>
    /// <returns>The outputs of each batch by name.</returns>
    internal IReadOnlyList<Dictionary<string, NamedOutput>> Run(
        string model, string type, IReadOnlyList<(long[] Shape, byte[] Bytes)> batches)
    {
        using var folder = new TemporaryFolder();
        var described = batches.Select((batch, i) =>
            new
            {
                input = folder.Write($"{i}.input", batch.Bytes),
                shape = batch.Shape,
                outputs = Directory.CreateDirectory(folder.At($"{i}")).FullName
            }).ToArray();
        string job = folder.At("job.json");
        File.WriteAllText(job, JsonSerializer.Serialize(new { runtime = _runtime, model, type, batches = described }));
        (int code, string said) = Start(_program, _script, job);
        Assert.True(code == 0, said);
        return [.. described.Select(batch => Read(batch.outputs))];
    }

    private static Dictionary<string, NamedOutput> Read(string folder)
    {
        Dictionary<string, long[]> shapes = JsonSerializer.Deserialize<Dictionary<string, long[]>>(
            File.ReadAllText(Path.Combine(folder, "shapes.json")))!;
        return shapes.ToDictionary(
            item => item.Key,
            item => new NamedOutput(
                item.Value, MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, item.Key))).ToArray()));
    }

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            return Start(program, arguments).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Said) Start(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string said = process.StandardError.ReadToEnd();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private static string At(string file) => Path.Combine(AppContext.BaseDirectory, "Export", "files", file);
}
