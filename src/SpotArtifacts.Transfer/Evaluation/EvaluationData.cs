using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>The images of an evaluation: paths as given, and, when first asked for, labelled images behind them.</summary>
/// <param name="trainPaths">What <c>--train </c> named; a protocol with a layout of its own (PASCAL VOC) reads these
/// itself.</param>
/// <param name="testPaths">What <c>--test</c> named.</param>
/// <param name="format">What the paths are, where their content leaves that open.</param>
public sealed class EvaluationData(IReadOnlyList<string> trainPaths, IReadOnlyList<string> testPaths,
    ImageSourceFormat format = ImageSourceFormat.Auto) : IDisposable
{
    private LabelledImages? _train, _test;

    /// <summary>What <c>--train</c> named.</summary>
    public IReadOnlyList<string> TrainPaths => trainPaths;

    /// <summary>What <c>--test</c> named.</summary>
    public IReadOnlyList<string> TestPaths => testPaths;

    /// <summary>What the paths are.</summary>
    public ImageSourceFormat Format => format;

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
        _train?.Dispose();
        _test?.Dispose();
    }

    private (LabelledImages Train, LabelledImages Test) Open()
    {
        var options = new ImageSetOptions { Format = format };
        _train ??= LabelledImages.Open(trainPaths, options);
        _test ??= LabelledImages.Open(testPaths, options);
        LabelledImages.RequireSameClasses(_train, _test);
        return (_train, _test);
    }
}
