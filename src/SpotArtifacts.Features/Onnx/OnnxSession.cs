using Microsoft.ML.OnnxRuntime;

namespace SpotArtifacts.Features.Onnx;

/// <summary>A graph in ONNX Runtime: pixels in, floats out. Thread-safe; calls that come together share the threads.</summary>
internal sealed class OnnxSession : IDisposable
{
    private static readonly string[] s_inputs = [ModelValues.Pixels];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _outputs;
    private readonly long[] _shape;

    private readonly string _name;

    private OnnxSession(InferenceSession session, IEnumerable<string> outputs, int size, string name) =>
        (_session, _outputs, _shape, _name) = (session, [.. outputs], [0, 3, size, size], name);

    /// <summary>Prepares a part of a model.</summary>
    /// <param name="file">Whose part.</param>
    /// <param name="graph">What <see cref="ModelFile.Cut"/> gave, with its outputs declared.</param>
    /// <param name="threads">Threads of one operator, 1 or more; 0 for one a core.</param>
    /// <exception cref="SpotException">
    /// ONNX Runtime cannot be loaded or does not take the graph; the message has its own words.
    /// </exception>
    internal static OnnxSession Create(ModelFile file, OnnxGraph graph, int threads)
    {
        try
        {
            using SessionOptions options = new()
            {
                // A number given is also what keeps ONNX Runtime from binding its threads to cores that are not ours.
                IntraOpNumThreads = threads > 0 ? threads : Environment.ProcessorCount,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            // Waiting threads turn on the spot while there is work, and sleep when there is none.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            return new OnnxSession(
                new InferenceSession(file.ToBytes(graph), options), graph.Proto.Output.Select(output => output.Name),
                file.Metadata.Description.ImageSize, file.Name);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SpotException($"{file.Name}: ONNX Runtime does not take the model: {e.Message}", e);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException
            or EntryPointNotFoundException)
        {
            throw new SpotException($"ONNX Runtime cannot be loaded on this machine: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Computes the outputs of some images.</summary>
    /// <param name="pixels">count * 3 * S * S numbers, RGB from 0 to 255, planes.</param>
    /// <param name="count">Number of images, 1 or more.</param>
    /// <returns>Each output's numbers, in the order in which the outputs were declared.</returns>
    /// <exception cref="SpotException">One of them is not finite.</exception>
    internal float[][] Run(Memory<float> pixels, int count)
    {
        long[] shape = [count, .. _shape.AsSpan(1)];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, s_inputs, [input], _outputs);
        return [.. outputs.Select(output => IFeatureEngine.RequireFinite(output.GetTensorDataAsSpan<float>().ToArray(), _name))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
