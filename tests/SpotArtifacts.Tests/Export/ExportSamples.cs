using System.Runtime.InteropServices;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Tests.Export;

/// <summary>
/// Discriminators whose every tensor matters, what they say of random images, and how far another's answer is from it.
/// </summary>
internal static class ExportSamples
{
    /// <summary>
    /// A file of weights, and averages that differ from them; statistics and shifts are not what they start as.
    /// </summary>
    internal static TrainedWeights Trained(Recipe recipe, TemporaryFolder folder, bool keepMaskHead = true, int classes = 2)
    {
        using var network = new Discriminator(recipe.Network, keepMaskHead, classes);
        InitialValues.SetGlorotUniform(network, recipe.Seed);
        using var random = new Generator(5);
        var file = new Checkpoint();
        foreach (NetworkTensor parameter in network.Tensors().Where(p => p.Role is not TensorRole.ConvolutionWeight))
            Disturb(parameter, random);
        file.Add(network);
        foreach (NetworkTensor parameter in network.Trained())
        {
            using Tensor average = parameter.Value.detach() * 0.9;
            file.Add($"ema.{parameter.Name}", average);
        }
        file.SetText("recipe", RecipeFile.ToYaml(recipe));
        string path = folder.At("trained.safetensors");
        file.Write(path);
        return TrainedWeights.Open(path);
    }

    /// <summary>A run folder or file of weights if the name is one, else a made-up network of that preset.</summary>
    internal static TrainedWeights Trained(string presetOrRun, TemporaryFolder folder) =>
        Path.Exists(presetOrRun) ? TrainedWeights.Open(presetOrRun) : Trained(Presets.Get(presetOrRun), folder);

    /// <summary>The presets, and the run that SPOT_EXPORT_RUN names: so anyone can compare a network of their own.</summary>
    internal static IEnumerable<string> WithOwnRun(params string[] presets) =>
        Environment.GetEnvironmentVariable("SPOT_EXPORT_RUN") is { Length: > 0 } run ? presets.Append(run) : presets;

    /// <summary>Random pictures, blocks of colour and noise in turn, as the bytes of a batch (count, S, S, 3).</summary>
    internal static byte[] Pixels(int count, int size) =>
        [.. Enumerable.Range(0, count).SelectMany(i =>
            (i % 2 == 0 ? BlockImages.Draw(i, size) : TestImages.Pattern(size, size, i)).Pixels)];

    /// <summary>The same as floats from 0 to 1, (count, 3, S, S), in bytes.</summary>
    internal static byte[] UnitPlanes(byte[] pixels, int size) =>
        MemoryMarshal.AsBytes<float>([.. Planes(pixels, size).Select(value => value / 255f)]).ToArray();

    /// <summary>Every output of an export, as this program computes it.</summary>
    internal static Dictionary<string, NamedOutput> Expected(TrainedWeights trained, byte[] pixels, bool averaged = false)
    {
        int size = trained.Recipe.Network.ImageSize;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        using var network = new Discriminator(trained.Recipe.Network, trained.Weights.Has("discriminator.mask_head.weight"));
        trained.Weights.Restore(network, averaged);
        float[] signed = [.. Planes(pixels, size).Select(value => value / 127.5f - 1)];
        Tensor images = TensorData.From<float>(signed, signed.Length / (3 * size * size), 3, size, size);
        Dictionary<string, NamedOutput> outputs = network.Features(images)
            .ToDictionary(layer => layer.Key, layer => Of(layer.Value));
        Verdict verdict = network.Judge(network.Trunk(images, training: false), training: false, dropout: null);
        outputs["output"] = Of(verdict.Conv5.mean([2, 3]));
        outputs["repaired_probability"] = Of(
            functional.softmax(verdict.ClassLogits, -1).narrow(1, SpottingLoss.Corrupt, 1).reshape(-1));
        if (verdict.MaskLogits is not null)
            outputs["keep_mask"] = Of(functional.sigmoid(verdict.MaskLogits));
        return outputs;
    }

    /// <summary>Largest difference over the largest value, for each output; shapes and names must be equal.</summary>
    internal static IReadOnlyDictionary<string, double> Differences(
        Dictionary<string, NamedOutput> expected, Dictionary<string, NamedOutput> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        return expected.ToDictionary(item => item.Key, item =>
        {
            NamedOutput other = actual[item.Key];
            Assert.Equal(item.Value.Shape, other.Shape);
            float[] values = item.Value.Values;
            Assert.True(values.Distinct().Count() > 1 || values.Length == 1, $"{item.Key} is constant and would prove nothing");
            return values.Zip(other.Values, (a, b) => Math.Abs((double)a - b)).Max() / values.Max(Math.Abs);
        });
    }

    private static void Disturb(NetworkTensor parameter, Generator random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noise = Operations.Normal(random, CPU, [.. parameter.Value.shape]);
        bool variance = parameter.Name.EndsWith("running_var", StringComparison.Ordinal);
        parameter.Set(variance ? noise.square() * 20 + 0.5 : parameter.Value.detach() + noise * 0.1);
    }

    private static IEnumerable<float> Planes(byte[] pixels, int size)
    {
        int plane = size * size;
        for (int image = 0; image < pixels.Length / (3 * plane); image++)
            for (int channel = 0; channel < 3; channel++)
                for (int i = 0; i < plane; i++)
                    yield return pixels[3 * (image * plane + i) + channel];
    }

    private static NamedOutput Of(Tensor tensor) => new([.. tensor.shape], tensor.ToArray<float>());
}
