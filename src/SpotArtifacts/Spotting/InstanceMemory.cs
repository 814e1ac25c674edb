using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// "Which image is this?", asked of all images of a run (method.md section 8): each image's embedding, the mean over its turns, is to
/// be more like what is remembered of that image than like what is remembered of any other.
/// </summary>
/// <remarks>
/// The memory and its mean of turns are those of Feng et al. 2019 (philiptheother/FeatureDecoupling), who ask so beside the rotation
/// question; the loss is a softmax over remembered images, as Wu et al. 2018 (zhirongw/lemniscate.pytorch) estimate it.
/// </remarks>
internal sealed class InstanceMemory : IDisposable
{
    /// <summary>Other images that each is told from in a step; of larger sets as many are drawn.</summary>
    public const int Compared = 16_384;

    /// <summary>Numbers of an embedding.</summary>
    public const int Width = 64;

    private const string Name = "instance.memory";

    // No likeness over a temperature is as far down.
    private const double Never = -1e9;

    private readonly Tensor _rows, _unknown; // (N, width), and (N): 1 where an image has not been seen, else 0
    private readonly int _compared;
    private (Tensor Images, Tensor Directions)? _seen;

    /// <summary>A memory in which no image has been seen.</summary>
    /// <param name="images">Images of the run.</param>
    /// <param name="width">Numbers of an embedding.</param>
    /// <param name="device">Where embeddings are.</param>
    /// <param name="compared">Other images that each is told from in a step.</param>
    public InstanceMemory(int images, int width, Device device, int compared = Compared)
    {
        _compared = compared;
        _rows = zeros([images, width], ScalarType.Float32, device).DetachFromDisposeScope();
        _unknown = ones([images], ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>Which images the next step's batch shows, by their places in the run's set.</summary>
    public IReadOnlyList<int> Shown { get; set; } = [];

    /// <summary>(N, width): of length 1, or zeros where an image has not been seen. 256 bytes for each image.</summary>
    internal Tensor Rows => _rows;

    /// <summary>
    /// Mean over the images of a batch that have been seen before of the softmax cross-entropy of finding each among the remembered
    /// ones; 0 where none has been.
    /// </summary>
    /// <param name="values">(4B, width): embeddings of all images in a turn, turn by turn.</param>
    /// <param name="places">Places of the B images in the batch.</param>
    /// <param name="temperature">Divisor of the cosines.</param>
    /// <param name="random">Source of the images compared where there are more than <see cref="Compared"/>.</param>
    public Tensor Loss(Tensor values, IReadOnlyList<long> places, double temperature, Generator random)
    {
        ArgumentNullException.ThrowIfNull(values);
        long[] shown = [.. places.Select(place => (long)Shown[(int)place])];
        Tensor images = TensorData.From<long>(shown, shown.Length).Send(_rows.device);
        Tensor turns = Unit(values).reshape(QuarterTurns.Count, shown.Length, -1);
        Tensor directions = Unit(turns.mean([0]));
        _seen = (images, directions.detach());

        Tensor asked = directions.Over(temperature), known = _unknown.index_select(0, images).Complement();
        Tensor own = (asked * _rows.index_select(0, images)).sum(1);
        Tensor missed = Likenesses(asked, images, own, random).logsumexp(1) - own;
        return (missed * known).sum() / known.sum().AtLeast(1);
    }

    /// <summary>
    /// Takes in what the last <see cref="Loss"/> was asked of: half of what was remembered, half of what was seen. After the gradients
    /// of that loss have been taken.
    /// </summary>
    public void Remember()
    {
        if (_seen is not var (images, directions))
            return;
        using IDisposable off = no_grad();
        _rows.index_copy_(0, images, Unit(_rows.index_select(0, images).Plus(directions)));
        _unknown.index_copy_(0, images, zeros_like(images, ScalarType.Float32));
        _seen = null;
    }

    /// <summary>Puts the state in.</summary>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Add(Name, _rows);
    }

    /// <summary>Puts a saved state back.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        using IDisposable off = no_grad();
        using Tensor rows = TensorData.From(checkpoint.Floats(Name, _rows.shape), _rows.shape);
        _rows.copy_(rows);
        using Tensor unknown = rows.Squared().sum(1).IsAbove(0.5).to(ScalarType.Float32).Complement();
        _unknown.copy_(unknown);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _unknown.Dispose();
    }

    // (N, width), each brought to length 1.
    private static Tensor Unit(Tensor values) => values / values.Squared().sum(1, keepdim: true).sqrt().AtLeast(1e-6);

    // (B, images compared with), each image's own among them. One that has not been seen is like none.
    private Tensor Likenesses(Tensor asked, Tensor images, Tensor own, Generator random)
    {
        long count = _rows.shape[0];
        if (count <= _compared)
            return asked.matmul(_rows.t()).Plus(_unknown, Never);
        Tensor drawn = randint(0, count, [_compared], ScalarType.Int64, CPU, generator: random).Send(_rows.device);
        Tensor others = asked.matmul(_rows.index_select(0, drawn).t()).Plus(_unknown.index_select(0, drawn), Never);
        Tensor same = drawn.unsqueeze(0).eq(images.unsqueeze(1)).to(ScalarType.Float32);
        return cat([own.unsqueeze(1), others.Plus(same, Never)], 1);
    }
}
