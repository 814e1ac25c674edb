using SpotArtifacts.Damage;
using SpotArtifacts.Images;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// The sample sheet of stage 2: input, clean, damaged, repaired, keep mask, predicted mask, always under the same masks.
/// </summary>
internal static class SpottingSamples
{
    private const long MaskSeed = 20180618;

    /// <summary>Writes a sheet of images (n, 3, S, S) in [-1, 1].</summary>
    public static void Write(string path, Tensor images, SpottingNetworks networks, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(recipe);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using var random = new Generator(MaskSeed);
        Tensor features = networks.Encode(images);
        Tensor clean = networks.Decode(features);
        var sheet = new ContactSheet();
        sheet.AddRow("input", SampleImages.Tiles(images));
        sheet.AddRow("clean", SampleImages.Tiles(clean));
        if (networks.HasMask)
            AddDamage(sheet, features, networks, recipe, random);
        else
            sheet.AddRow("generated",
                SampleImages.Tiles(networks.Generate(images.shape[0], training: false, random, images.device)));
        PngFile.Write(path, sheet.Render(SampleImages.Scale(recipe.Network.ImageSize)));
    }

    private static void AddDamage(ContactSheet sheet, Tensor features, SpottingNetworks networks, Recipe recipe, Generator random)
    {
        KeepMask mask = KeepMask.Sample(features.shape[0], (int)features.shape[2], recipe.Damage.DropRate, random,
            features.device, recipe.Damage.Block);
        Tensor damaged = new FeatureDamage(recipe.Damage.Fill).Apply(features, mask);
        Tensor repaired = networks.RepairAndDecode(damaged, mask, training: false);
        sheet.AddRow("damaged", SampleImages.Tiles(networks.Decode(damaged)));
        sheet.AddRow("repaired", SampleImages.Tiles(repaired));
        sheet.AddRow("keep mask", SampleImages.GreyTiles(mask.Values, recipe.Network.ImageSize));
        Discriminator discriminator = networks.Discriminator;
        Verdict verdict = discriminator.Judge(discriminator.Trunk(repaired, training: false), training: false, dropout: null);
        if (verdict.MaskLogits is not null)
            sheet.AddRow("predicted", SampleImages.GreyTiles(functional.sigmoid(verdict.MaskLogits), recipe.Network.ImageSize));
    }
}
