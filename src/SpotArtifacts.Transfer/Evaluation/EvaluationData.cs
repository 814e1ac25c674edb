using Microsoft.Extensions.Logging;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>The images of an evaluation: paths as given, and, when first asked for, labelled images behind them.</summary>
/// <param name="trainPaths">What <c>--train </c> named; a protocol with a layout of its own (PASCAL VOC) reads these
/// itself.</param>
/// <param name="testPaths">What <c>--test</c> named.</param>
/// <param name="options">How the paths are read; what a quarantine list names may lie on either side.</param>
/// <param name="logger">Told of damaged images, and of classes that one side lacks.</param>
/// <param name="stop">Stops opening and decoding; nothing is left open, and the next call begins again.</param>
public sealed class EvaluationData(IReadOnlyList<string> trainPaths, IReadOnlyList<string> testPaths,
    ImageSetOptions? options = null, ILogger? logger = null, CancellationToken stop = default) : IDisposable
{
    private (LabelledImages Train, LabelledImages Test)? _pair;

    /// <summary>What <c>--train</c> named.</summary>
    public IReadOnlyList<string> TrainPaths => trainPaths;

    /// <summary>What <c>--test</c> named.</summary>
    public IReadOnlyList<string> TestPaths => testPaths;

    /// <summary>How the paths are read.</summary>
    public ImageSetOptions Options { get; } = options ?? new ImageSetOptions();

    /// <summary>Processes that measure together: each decodes a part of the images, and does a part of the work.</summary>
    internal IWorkShare Share { get; init; } = WholeShare.Instance;

    /// <summary>The training images, each with one label; opened and decoded when first asked for.</summary>
    /// <exception cref="SpotException">An image has no label, or the two sets do not speak of the same classes.</exception>
    public LabelledImages Train => Open().Train;

    /// <summary>The test images, each with one label.</summary>
    /// <exception cref="SpotException">An image has no label, or the two sets do not speak of the same classes.</exception>
    public LabelledImages Test => Open().Test;

    /// <summary>Why the paths are no images with one label each, or null when they are.</summary>
    public string? WhyNotLabelled()
    {
        try
        {
            Open();
            return null;
        }
        catch (SpotException failure)
        {
            return failure.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pair?.Train.Dispose();
        _pair?.Test.Dispose();
    }

    private (LabelledImages Train, LabelledImages Test) Open() =>
        _pair ??= LabelledImages.OpenPair(trainPaths, testPaths, Options, logger, Share, stop);
}
