using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>Findings and faults as text for a person or as JSON for a program.</summary>
internal static class DoctorReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>One object: <c>healthy</c>, <c>findings</c>, <c>faults</c>.</summary>
    public static string ToJson(DoctorFindings findings, IReadOnlyList<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        return JsonSerializer.Serialize(new { Healthy = faults.Count == 0, Findings = findings, Faults = faults }, s_json);
    }

    /// <summary>A line for each finding, then each fault with its remedy.</summary>
    public static string ToText(DoctorFindings findings, IReadOnlyList<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(faults);
        IEnumerable<string> lines = Lines(findings).Select(line => $"{line.Label,-16}  {line.Text}");
        IEnumerable<string> verdict = faults.Count == 0
            ? ["Nothing is wrong."]
            : faults.SelectMany(fault => (string[])[$"wrong: {fault.Problem} [{fault.Code}]", $"  mend: {fault.Remedy}"]);
        return string.Join('\n', [.. lines, "", .. verdict, ""]);
    }

    private static IEnumerable<(string Label, string Text)> Lines(DoctorFindings findings)
    {
        ProcessorFindings processor = findings.Processor;
        yield return (".NET", findings.DotNet);
        string bfloat16 = processor.Bfloat16 ? "bf16" : "no bf16";
        yield return ("processor", string.Create(CultureInfo.InvariantCulture,
            $"{processor.Architecture}, {processor.Instructions}, {bfloat16}, cores to use: {processor.Cores}, load "
                + $"{processor.Load:0.0}"));
        yield return ("images", findings.Images?.ToString() ?? "not loaded");
        if (findings.Mpi is { } mpi)
            yield return ("MPI", mpi.Library.Length > 0 ? $"{mpi.Version} ({mpi.Library}); {string.Join("; ", mpi.Others)}"
                : $"none, needed by several processes only: {string.Join("; ", mpi.Others)}");
        if (findings.Torch is not { } torch)
        {
            yield return ("libtorch", "not loaded");
            yield break;
        }
        foreach ((string, string) line in Lines(torch))
            yield return line;
        if (findings.Throughput is { } rates)
        {
            yield return ("matrix product", Gigaflops(rates.MatrixProduct));
            yield return ("convolution",
                $"{Gigaflops(rates.ConvolutionForward)} forward, {Gigaflops(rates.ConvolutionBackward)} backward");
        }
    }

    private static IEnumerable<(string Label, string Text)> Lines(TorchFindings torch)
    {
        yield return ("libtorch", $"{torch.Version}, {torch.Path}");
        yield return ("TorchSharp", torch.Bridge);
        yield return ("threads", torch.Threads.ToString(CultureInfo.InvariantCulture));
        string none = torch.CudaBuilt ? "none found" : "none (this libtorch is built without CUDA)";
        yield return ("CUDA devices", torch.CudaDevices > 0 ? torch.CudaDevices.ToString(CultureInfo.InvariantCulture) : none);
    }

    private static string Gigaflops(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate:0.#} GFLOP/s");
}
