using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>The stage outputs of one forward pass of stage 2, and the losses' gradients at them.</summary>
internal sealed class SpottingStages
{
    // C's stages come in two parts, the clean half first.
    private readonly Dictionary<string, List<Tensor>> _parts = [];

    /// <summary>Takes a stage's output; given to the forward pass.</summary>
    public void Add(string name, Tensor value)
    {
        // Training needs no gradient at the clean images; here it is compared.
        if (name == "recon")
            value.requires_grad = true;
        if (!_parts.TryGetValue(name, out List<Tensor>? parts))
            _parts[name] = parts = [];
        parts.Add(value);
    }

    /// <summary>Adds what the pass returns instead of reporting it.</summary>
    public void Add(SpottingObservation seen)
    {
        Add("both", seen.Clean);
        Add("both", seen.Corrupt);
        Add("disc.conv5", seen.Verdict.Conv5);
        Add("disc.fc1", seen.Verdict.Hidden);
        Add("disc.class_logits", seen.Verdict.ClassLogits);
        if (seen.Verdict.MaskLogits is not null)
            Add("disc.mask_logits", seen.Verdict.MaskLogits);
    }

    /// <summary>Compares every stage's output.</summary>
    public void CompareOutputs(Comparisons comparisons)
    {
        using IDisposable off = no_grad();
        foreach ((string stage, List<Tensor> parts) in _parts)
            comparisons.Compare($"out/{stage}", cat([.. parts], 0));
    }

    /// <summary>Compares both losses' gradients at the stages the file has them for; keeps the recorded graph.</summary>
    public void CompareGradients(SpottingObservation seen, Fixture fixture, Comparisons comparisons)
    {
        foreach (string stage in _parts.Keys)
        {
            Compare("gradin.disc", stage, seen.Spotting.Total);
            // Seen from the discriminator's input, the squared error does not exist yet: it is taken from the corrupt images.
            Compare("gradin.repair", stage, stage == "both" ? seen.Repair.CrossEntropy : seen.Repair.Total);
        }

        void Compare(string group, string stage, Tensor loss)
        {
            if (!fixture.Contains($"{group}/{stage}"))
                return;
            Tensor[] gradients = Gradients.Of([loss], _parts[stage].ToArray(), retainGraph: true);
            comparisons.Compare($"{group}/{stage}", cat(gradients, 0));
        }
    }
}
