using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

/// <summary>Operations against the golden tensors, forward and backward, in either layout.</summary>
public sealed class GoldenOperationsTests
{
    private const double Tolerance = 2e-6;
    private static readonly SafetensorsFile s_file =
        SafetensorsFile.Read(Path.Combine(AppContext.BaseDirectory, "Verification", "files", "ops_seed1.safetensors"));

    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_operations = new()
    {
        ["maxpool_same_5"] = x => Operations.MaxPoolSame(x, 3, 2),
        ["maxpool_same_6"] = x => Operations.MaxPoolSame(x, 3, 2),
        ["maxpool_same_8"] = x => Operations.MaxPoolSame(x, 3, 2),
        ["lrn"] = x => Operations.LocalResponseNorm(x, size: 5, alpha: 2e-5, beta: 0.75, k: 1),
        ["upsample2"] = x => Operations.UpsampleBilinear(x, 2),
        ["softmax_ce"] = x => Operations.SoftmaxCrossEntropy(x, tensor(s_file.Tensors["softmax_ce/labels"].Integers().ToArray())),
    };

    public static TheoryData<string, bool> Cases()
    {
        TheoryData<string, bool> cases = [];
        foreach (string name in s_operations.Keys)
            foreach (bool channelsLast in (bool[])[false, true])
                if (!channelsLast || name != "softmax_ce")
                    cases.Add(name, channelsLast);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operation_GoldenTensors_AgreesForwardAndBackward(string name, bool channelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Read($"{name}/x");
        if (channelsLast)
            x = TensorMemory.ToChannelsLast(x);
        x.requires_grad_();

        Tensor y = s_operations[name](x);
        Tensor gradient = Gradients.Of([y], [x], outputGradients: [Read($"{name}/gy").reshape(y.shape)])[0];

        Numbers.AssertClose(Read($"{name}/y").Values(), y.Values(), Tolerance);
        Numbers.AssertClose(Read($"{name}/g_x").Values(), gradient.Values(), Tolerance);
    }

    [Fact]
    public void Adam_GoldenTensors_AgreesAfterEachStep()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor p = Read("adam/p0");
        using var adam = new Adam([new TrainedParameter("p", p, Decays: false)], new AdamOptions());

        for (int step = 1; step <= 3; step++)
        {
            adam.Step([Read($"adam/g{step}")], 3e-4);
            Numbers.AssertClose(Read($"adam/p{step}").Values(), p.Values(), 1e-6);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public void LinearDecay_GoldenTensors_Agrees(int steps)
    {
        var schedule = new LinearDecay(3e-4, steps);

        float[] rates = [.. Enumerable.Range(0, steps).Select(step => (float)schedule.At(step))];

        Assert.Equal(s_file.Tensors[$"lr/steps{steps}"].Floats().ToArray(), rates, (a, b) => Math.Abs(a - b) <= 1e-7f * 3e-4f);
    }

    private static Tensor Read(string name)
    {
        SafetensorsEntry entry = s_file.Tensors[name];
        return tensor(entry.Floats().ToArray(), entry.Shape);
    }
}
