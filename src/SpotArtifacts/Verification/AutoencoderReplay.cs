using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>Replays stage 1: evaluation at the start, then five steps on one batch.</summary>
internal sealed class AutoencoderReplay : IDisposable
{
    private const int Steps = 5;
    private readonly Fixture _fixture;
    private readonly Comparisons _comparisons;
    private readonly Autoencoder _autoencoder;
    private readonly Dictionary<string, float[]> _start;
    private readonly Tensor _images;

    public AutoencoderReplay(Fixture fixture, Comparisons comparisons)
    {
        (_fixture, _comparisons) = (fixture, comparisons);
        NetworkOptions network = fixture.Settings.Recipe.Network;
        _images = fixture.Input("in/x", fixture.Shape("in/x")[0], 3, network.ImageSize, network.ImageSize);
        _autoencoder = new Autoencoder(network);
        _autoencoder.to(fixture.Device);
        fixture.Load(_autoencoder.Tensors(), "state0");
        _start = _autoencoder.Tensors().ToDictionary(p => p.Name, p => p.Value.ToArray<float>());
    }

    public void Run()
    {
        foreach ((string name, float[] values) in _start)
            CompareStart(name, values);
        Evaluate();
        using var adam = new Adam(_autoencoder.Trained().ForOptimizer(), _fixture.Settings.Adam);
        var step = new AutoencodingStep(_autoencoder, adam, _fixture.Settings.Recipe.Autoencoding);
        float[] curve = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            curve[i] = RunStep(step, adam, first: i == 0);
            _comparisons.CompareState($"step{i + 1}", _autoencoder.Tensors(), _start, _fixture.Settings.LearningRate);
        }
        _comparisons.Compare("curve/ae.total", curve);
    }

    public void Dispose() => _autoencoder.Dispose();

    // A stored start is an input; samples and statistics of a generated one are compared.
    private void CompareStart(string name, float[] values)
    {
        if (!_fixture.Inputs.Contains($"state0/{name}"))
            _comparisons.Compare($"state0/{name}", values);
    }

    private void Evaluate()
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _comparisons.Compare("eval0/recon", _autoencoder.Forward(_images, training: false));
    }

    private float RunStep(AutoencodingStep step, Adam adam, bool first)
    {
        using DisposeScope scope = NewDisposeScope();
        AutoencodingObservation seen = step.Forward(_images);
        double error = seen.Loss.item<float>(), decay = adam.WeightDecayLoss();
        Tensor[] gradients = step.Differentiate(seen);
        if (first)
        {
            _comparisons.Compare("out/recon", seen.Reconstructed);
            _comparisons.Compare("loss/ae.mse", [(float)error]);
            _comparisons.Compare("loss/ae.l2", [(float)decay]);
            _comparisons.Compare("loss/ae.total", [(float)(error + decay)]);
            _comparisons.CompareGradients("grad.ae", adam, gradients);
        }
        adam.Step(gradients, _fixture.Settings.LearningRate, _fixture.Settings.EmaDecay);
        return (float)(error + decay);
    }
}
