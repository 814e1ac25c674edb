using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>The networks of stage 2 at a fixture's start state, with fresh optimisers and the step that training uses.</summary>
internal sealed class SpottingTrial : IDisposable
{
    private readonly Generator _unused = new(0); // nothing is drawn: the mask is given and dropout is off

    public SpottingTrial(Fixture fixture)
    {
        Recipe recipe = fixture.Settings.Recipe;
        using var autoencoder = new Autoencoder(recipe.Network);
        autoencoder.to(fixture.Device);
        fixture.Load(autoencoder.Tensors(), "state0");
        Networks = new SpottingNetworks(autoencoder, recipe);
        Networks.MoveTo(fixture.Device);
        fixture.Load(Trained, "state0");
        State = Values(autoencoder.Tensors().Concat(Trained));
        Spotter = new Adam(Networks.Discriminator.Trained().ForOptimizer(), fixture.Settings.Adam);
        Repairer = new Adam(Networks.Repair.Trained().ForOptimizer(), fixture.Settings.Adam);
        Step = new SpottingStep(Networks, recipe, Spotter, Repairer, _unused, history: null);
    }

    public SpottingNetworks Networks { get; }

    public Adam Spotter { get; }

    public Adam Repairer { get; }

    public SpottingStep Step { get; }

    /// <summary>Values of all networks at the start, by name.</summary>
    public Dictionary<string, float[]> State { get; private set; }

    /// <summary>Parameters and running statistics of what stage 2 trains.</summary>
    public IEnumerable<NetworkTensor> Trained => Networks.Repair.Tensors().Concat(Networks.Discriminator.Tensors());

    /// <summary>Goes on from a stored state of the trained networks and of their optimisers after some steps.</summary>
    public void Resume(Fixture fixture, string group, long steps)
    {
        fixture.Load(Trained, $"{group}.pre");
        State = Values(Trained);
        using IDisposable off = no_grad();
        foreach (Adam adam in new[] { Spotter, Repairer })
        {
            adam.StepCount = steps;
            for (int i = 0; i < adam.Parameters.Count; i++)
            {
                Restore(adam.FirstMoments[i], fixture, $"{group}.adam_m/{adam.Parameters[i].Name}");
                Restore(adam.SecondMoments[i], fixture, $"{group}.adam_v/{adam.Parameters[i].Name}");
            }
        }
    }

    public void Dispose()
    {
        Spotter.Dispose();
        Repairer.Dispose();
        Networks.Dispose();
        _unused.Dispose();
    }

    private static void Restore(Tensor moment, Fixture fixture, string name)
    {
        using Tensor values = fixture.Input(name, [.. moment.shape]);
        moment.copy_(values);
    }

    private static Dictionary<string, float[]> Values(IEnumerable<NetworkTensor> parameters) =>
        parameters.ToDictionary(p => p.Name, p => p.Value.ToArray<float>());
}
