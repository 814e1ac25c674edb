using Microsoft.Extensions.Logging;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>The columns of a table: baselines first, the run last.</summary>
public static class NetworkSelection
{
    /// <summary>Random weights, the stage-1 encoder where the weights hold it, other runs, and the run itself.</summary>
    /// <param name="run">Run folder or file of weights.</param>
    /// <param name="baselines"><c>NAME=RUN</c> each.</param>
    /// <param name="averaged">Take the moving averages of all runs' weights.</param>
    /// <param name="logger">Told what is used.</param>
    /// <exception cref="SpotException">A run cannot be used, or a name is malformed or taken.</exception>
    public static IReadOnlyList<EvaluatedNetwork> Open(string run, IReadOnlyList<string> baselines, bool averaged = false,
        ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(baselines);
        TrainedWeights trained = TrainedWeights.Open(run, logger);
        List<EvaluatedNetwork> networks = [Random(trained)];
        if (HasEncoder(trained))
            networks.Add(Encoder(trained));
        foreach (string baseline in baselines)
        {
            int equals = baseline.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || equals == baseline.Length - 1)
                throw new SpotException($"--baseline {baseline}: must be NAME=RUN, as rotation=runs/rotation");
            networks.Add(Pretrained(baseline[..equals], TrainedWeights.Open(baseline[(equals + 1)..], logger), averaged));
        }
        networks.Add(Pretrained("pre-trained", trained, averaged));
        if (networks.GroupBy(network => network.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new SpotException($"two networks are called '{twice.Key}'; give --baseline another name");
        return networks;
    }

    /// <summary>Whether a run's weights hold the stage-1 encoder; those of a baseline (rotation, labels) do not.</summary>
    public static bool HasEncoder(TrainedWeights run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Weights.Has("encoder.stem.conv.weight");
    }

    /// <summary>The run's network before any training.</summary>
    public static EvaluatedNetwork Random(TrainedWeights run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new EvaluatedNetwork
        {
            Name = "random",
            Kind = NetworkKind.Random,
            Recipe = run.Recipe,
            Weights = run.Weights,
            Source = $"Glorot uniform, seed {run.Recipe.Seed}",
        };
    }

    /// <summary>The run's stage-1 encoder.</summary>
    public static EvaluatedNetwork Encoder(TrainedWeights run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new EvaluatedNetwork
        {
            Name = "encoder",
            Kind = NetworkKind.Encoder,
            Recipe = run.Recipe,
            Weights = run.Weights,
            Source = run.Path
        };
    }

    /// <summary>The run's discriminator.</summary>
    public static EvaluatedNetwork Pretrained(string name, TrainedWeights run, bool averaged)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new EvaluatedNetwork
        {
            Name = name,
            Kind = NetworkKind.Pretrained,
            Recipe = run.Recipe,
            Weights = run.Weights,
            Source = run.Path,
            Averaged = averaged
        };
    }
}
