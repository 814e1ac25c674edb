using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace SpotArtifacts.Tests.Export;

/// <summary>An exported file in ONNX Runtime as a stranger runs it: the whole file, through its documented input.</summary>
internal static class OnnxRuntimeRun
{
    /// <summary>Feeds a batch of pictures.</summary>
    /// <param name="model">The file.</param>
    /// <param name="pixels">(count, S, S, 3).</param>
    /// <param name="size">S.</param>
    /// <param name="unit">Whether the file takes floats from 0 to 1.</param>
    /// <returns>Every output by name.</returns>
    internal static Dictionary<string, NamedOutput> Run(string model, byte[] pixels, int size, bool unit)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1 };
        using InferenceSession session = new(model, options);
        using RunOptions run = new();
        long count = pixels.Length / (3 * size * size);
        float[] planes = MemoryMarshal.Cast<byte, float>(ExportSamples.UnitPlanes(pixels, size)).ToArray();
        using OrtValue input = unit
            ? OrtValue.CreateTensorValueFromMemory(planes, [count, 3, size, size])
            : OrtValue.CreateTensorValueFromMemory(pixels, [count, size, size, 3]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["input"], [input], session.OutputNames);
        return session.OutputNames.Zip(outputs).ToDictionary(
            pair => pair.First,
            pair => new NamedOutput(
                pair.Second.GetTensorTypeAndShape().Shape, pair.Second.GetTensorDataAsSpan<float>().ToArray()));
    }
}
