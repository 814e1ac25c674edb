using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Pretraining.Baselines;
using SpotArtifacts.Tests.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>
/// Under a garbage collector that never rests: nothing that libtorch still reads is left to the finalizer.
/// </summary>
/// <remarks>
/// In most runs of the first test TorchSharp's own operators would throw "Expected false to be true" once or more; a step has too
/// few for that, and shows that nothing else is lost. <c>NativeScalarsTests</c> shows that no other operators are called.
/// </remarks>
[Collection(Collection)]
public sealed class CollectedStepsTests : IDisposable
{
    private const string Collection = "collected steps";
    private const int Calls = 120_000;
    private readonly int _threads = NativeEngine.ThreadCount;

    // OpenMP's threads would wait for each other beside one that never rests.
    public CollectedStepsTests() => NativeEngine.SetThreads(1);

    [CollectionDefinition(Collection, DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    public void Operators_CollectionsAllTheTime_KeepTheirScalars()
    {
        using Tensor x = ones(8);
        using var collector = new Collector();

        for (int i = 0; i < Calls; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Assert.Equal(16, x.Times(0.5).Plus(0.5).Squared().Plus(x).sum().item<float>());
        }
    }

    [Theory]
    [InlineData("autoencoder", 8)]
    [InlineData("spotting", 4)]
    [InlineData("rotation", 8)]
    [InlineData("adam", 800)]
    [InlineData("sgd", 800)]
    public void Run_CollectionsAllTheTime_GivesTheBitsOfUndisturbedSteps(string trained, int steps)
    {
        float[][] expected = AfterSteps(trained, steps);

        using var collector = new Collector();
        int before = collector.Collections;
        float[][] disturbed = AfterSteps(trained, steps);

        Assert.Equal(expected, disturbed);
        Assert.InRange(collector.Collections - before, 1, int.MaxValue);
    }

    public void Dispose() => NativeEngine.SetThreads(_threads);

    private static float[][] AfterSteps(string trained, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        using var trial = new Trial(trained);
        for (int i = 0; i < steps; i++)
            trial.Step();
        return [.. trial.Values().Select(value => value.ToArray<float>())];
    }

    /// <summary>A step and what it trains; tensors are freed with the scope that is open.</summary>
    private sealed class Trial : IDisposable
    {
        private readonly List<IDisposable> _owned = [];

        public Trial(string trained)
        {
            Tensor images = Numbers.Floats(3, 2, 3, 32, 32).ChannelsLast();
            (Step, Values) = trained switch
            {
                "autoencoder" => Autoencoding(images),
                "spotting" => Spotting(),
                "rotation" => Rotation(images),
                "adam" => AdamInOneBuffer(),
                _ => Descent(),
            };
        }

        public Action Step { get; }

        public Func<IEnumerable<Tensor>> Values { get; }

        public void Dispose() => _owned.ForEach(owned => owned.Dispose());

        private (Action, Func<IEnumerable<Tensor>>) Autoencoding(Tensor images)
        {
            Recipe recipe = TinyRun.Recipe();
            Autoencoder autoencoder = Own(new Autoencoder(recipe.Network));
            InitialValues.SetVarianceScaling(autoencoder, 1);
            Adam adam = Own(new Adam(autoencoder.Trained().ForOptimizer(), OptimizerSettings.Of(recipe.Optimizer)));
            var step = new AutoencodingStep(autoencoder, adam, recipe.Autoencoding);
            return (() => step.Run(images, 1e-3), () => adam.Values);
        }

        private (Action, Func<IEnumerable<Tensor>>) Spotting()
        {
            SpottingBench bench = Own(new SpottingBench());
            return (() => bench.Step.Run(bench.Images, 1e-3, 1e-3), () => bench.Spotter.Values.Concat(bench.Repairer.Values));
        }

        private (Action, Func<IEnumerable<Tensor>>) Rotation(Tensor images)
        {
            PretextStage stage = Own(new PretextStage(new RotationPretext(), TinyRun.Recipe("pretext=rotation"), null!));
            return (() => stage.Run(1, images, [0, 1], measure: true), () => stage.Network.parameters());
        }

        private (Action, Func<IEnumerable<Tensor>>) AdamInOneBuffer()
        {
            Tensor[] values = [Numbers.Floats(1, 16, 5).requires_grad_(), Numbers.Floats(2, 16).requires_grad_()],
            gradients = [Numbers.Floats(3, 16, 5), Numbers.Floats(4, 16)];
            TrainedParameter[] parameters = [new("w", values[0], true), new("b", values[1], false)];
            Adam adam = Own(new Adam(parameters, new AdamOptions(), inOneBuffer: true));
            return (() => adam.Step(gradients, 1e-3), () => values);
        }

        private (Action, Func<IEnumerable<Tensor>>) Descent()
        {
            Tensor value = Numbers.Floats(1, 16, 5).requires_grad_(), gradient = Numbers.Floats(3, 16, 5);
            Sgd sgd = Own(new Sgd([value], [0.1], 0.9, nesterov: true));
            return (() => sgd.Step([gradient], 1e-3), () => [value]);
        }

        private T Own<T>(T owned) where T : IDisposable
        {
            _owned.Add(owned);
            return owned;
        }
    }

    /// <summary>Collects and finalizes without a pause.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _over;

        public Collector()
        {
            _thread = new Thread(() =>
            {
                while (!_over)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                    Collections++;
                }
            });
            _thread.Start();
            SpinWait.SpinUntil(() => Collections > 0);
        }

        public int Collections { get; private set; }

        public void Dispose()
        {
            _over = true;
            _thread.Join();
        }
    }
}
