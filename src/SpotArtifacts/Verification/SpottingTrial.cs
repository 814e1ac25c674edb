using SpotArtifacts.Autoencoding;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;
using SpotArtifacts.Torch.Optimization;

namespace SpotArtifacts.Verification;

/// <summary>The networks of stage 2 at a fixture's start state, with fresh optimisers and the step that training uses.</summary>
internal sealed class SpottingTrial : IDisposable
{
    private readonly RandomGenerator _unused = new(0); // nothing is drawn: the mask is given and dropout is off

    public SpottingTrial(Fixture fixture)
    {
        Recipe recipe = fixture.Settings.Recipe;
        using var autoencoder = new Autoencoder(recipe.Network);
        fixture.Load(autoencoder.Parameters, "state0");
        Networks = new SpottingNetworks(autoencoder, recipe);
        fixture.Load(Trained, "state0");
        State = Values(autoencoder.Parameters.Concat(Trained));
        Spotter = new Adam(Networks.Discriminator.TrainedParameters, fixture.Settings.Adam);
        Repairer = new Adam(Networks.Repair.TrainedParameters, fixture.Settings.Adam);
        Step = new SpottingStep(Networks, recipe, Spotter, Repairer, _unused, history: null);
    }

    public SpottingNetworks Networks { get; }

    public Adam Spotter { get; }

    public Adam Repairer { get; }

    public SpottingStep Step { get; }

    /// <summary>Values of all networks at the start, by name.</summary>
    public Dictionary<string, float[]> State { get; private set; }

    /// <summary>Parameters and running statistics of what stage 2 trains.</summary>
    public IEnumerable<Parameter> Trained => Networks.Repair.Parameters.Concat(Networks.Discriminator.Parameters);

    /// <summary>Goes on from a stored state of the trained networks and of their optimisers after some steps.</summary>
    public void Resume(Fixture fixture, string group, long steps)
    {
        fixture.Load(Trained, $"{group}.pre");
        State = Values(Trained);
        using GradMode off = Autograd.Disable();
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
        using Tensor values = fixture.Input(name, [.. moment.Shape]);
        moment.CopyInPlace(values);
    }

    private static Dictionary<string, float[]> Values(IEnumerable<Parameter> parameters) =>
        parameters.ToDictionary(p => p.Name, p => p.Value.ToArray<float>());
}
