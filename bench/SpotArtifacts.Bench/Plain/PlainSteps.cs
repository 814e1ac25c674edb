using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Bench.Plain;

/// <summary>Losses of a step of stage 2, weighted, without decay.</summary>
internal sealed record PlainLosses(Tensor SpottingCross, Tensor Mask, Tensor RepairCross, Tensor SquaredError);

/// <summary>
/// The steps of both stages as a user of TorchSharp writes them who reads docs/method.md and looks no further: the library's
/// modules, its local response norm, its Adam, tensors as they come.
/// </summary>
internal sealed class PlainSteps : IDisposable
{
    private readonly Recipe _recipe;

    internal PlainSteps(Recipe recipe, AdamOptions adam, double rate)
    {
        _recipe = recipe;
        int[] levels = [.. recipe.Network.EncoderWidths.Reverse(), recipe.Network.StemWidth];
        Encoder = new PlainEncoder(recipe.Network.StemWidth, recipe.Network.EncoderWidths);
        Decoder = new PlainDecoder(levels);
        Repair = new PlainRepair(levels);
        Discriminator = new PlainDiscriminator(recipe.Network);
        Autoencoding = new PlainOptimizer(adam, rate, Encoder, Decoder);
        Spotting = new PlainOptimizer(adam, rate, Discriminator);
        Repairing = new PlainOptimizer(adam, rate, Repair);
    }

    internal PlainEncoder Encoder { get; }

    internal PlainDecoder Decoder { get; }

    internal PlainRepair Repair { get; }

    internal PlainDiscriminator Discriminator { get; }

    internal PlainOptimizer Autoencoding { get; }

    internal PlainOptimizer Spotting { get; }

    internal PlainOptimizer Repairing { get; }

    /// <summary>Loss and gradients of stage 1.</summary>
    internal (Tensor Loss, Tensor[] Gradients) Autoencode(Tensor images)
    {
        Tensor loss = (images - Decoder.forward(Encoder.forward(images))).square().mean()
            * _recipe.Autoencoding.ReconstructionWeight;
        return (loss, [.. autograd.grad([loss], Autoencoding.Parameters)]);
    }

    /// <summary>Puts the autoencoder as stage 2 has it: in inference mode, without gradients of its own.</summary>
    internal void Freeze()
    {
        foreach (nn.Module network in (nn.Module[])[Encoder, Decoder])
        {
            network.eval();
            foreach (TorchSharp.Modules.Parameter parameter in network.parameters())
                parameter.requires_grad = false;
        }
    }

    /// <summary>A mask that keeps entries at random.</summary>
    internal Tensor Mask(long images)
    {
        int grid = _recipe.Network.BottleneckGrid;
        return rand([images, 1, grid, grid]).gt(_recipe.Damage.DropRate).to(ScalarType.Float32);
    }

    /// <summary>Both losses of stage 2 from one forward pass, and the gradients of each at its own network.</summary>
    internal (PlainLosses Losses, Tensor[] Spotting, Tensor[] Repairing) Spot(Tensor images, Tensor mask)
    {
        (Tensor clean, Tensor damaged) = Damage(images, mask);
        Tensor corrupt = Repair.Decode(damaged, mask, Decoder);
        (Tensor logits, Tensor masks) = Discriminator.forward(cat([clean, corrupt], 0));
        Tensor labels = cat([ones([images.shape[0]], ScalarType.Int64), zeros([images.shape[0]], ScalarType.Int64)]);
        Tensor kept = functional.interpolate(mask, [images.shape[2], images.shape[3]], mode: InterpolationMode.Nearest);
        var losses = new PlainLosses(
            functional.cross_entropy(logits, labels),
            functional.binary_cross_entropy_with_logits(masks, cat([ones_like(mask), mask], 0)) * _recipe.Spotting.MaskWeight,
            functional.cross_entropy(logits, 1 - labels),
            (kept * (images - corrupt).square()).sum() / (kept.sum() * 3).clamp_min(1) * _recipe.Spotting.ReconstructionWeight);
        Tensor[] spotting = [.. autograd.grad([losses.SpottingCross + losses.Mask], Spotting.Parameters, retain_graph: true)];
        return (losses, spotting, [.. autograd.grad([losses.RepairCross + losses.SquaredError], Repairing.Parameters)]);
    }

    /// <summary>A whole step of stage 1.</summary>
    internal void StepAutoencoder(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Autoencoding.Step(Autoencode(images).Gradients);
    }

    /// <summary>A whole step of stage 2.</summary>
    internal void StepGame(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor[] spotting, Tensor[] repairing) = Spot(images, Mask(images.shape[0]));
        Spotting.Step(spotting);
        Repairing.Step(repairing);
    }

    private (Tensor Clean, Tensor Damaged) Damage(Tensor images, Tensor mask)
    {
        using IDisposable off = no_grad();
        Tensor features = Encoder.forward(images);
        Tensor mean = functional.avg_pool2d(features, [3, 3], [1, 1], [1, 1], count_include_pad: false);
        return (Decoder.forward(features), mask * features + (1 - mask) * mean);
    }

    /// <summary>conv5 of each image, averaged over the grid, at length 1.</summary>
    internal Tensor Features(Tensor images)
    {
        using IDisposable off = no_grad();
        Discriminator.eval();
        return functional.normalize(Discriminator.Conv5(images).mean([2, 3]), dim: 1);
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[Autoencoding, Spotting, Repairing, Encoder, Decoder, Repair,
            Discriminator])
            part.Dispose();
    }
}
