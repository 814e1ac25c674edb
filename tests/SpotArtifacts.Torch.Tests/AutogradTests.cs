using SpotArtifacts.Torch.Tests.Modules;

namespace SpotArtifacts.Torch.Tests;

public class AutogradTests
{
    [Fact]
    public void Gradients_TwoLossesOfOneForwardPass_EqualThoseOfTwoPasses()
    {
        using var scope = new TensorScope();
        using SmallNetwork spotter = new(), repairer = new();
        spotter.Fill();
        repairer.Fill();
        Tensor[] first = [.. spotter.TrainedParameters.Select(p => p.Value)], second = [.. repairer.TrainedParameters.Select(p => p.Value)];
        (Tensor a, Tensor b) = Losses(spotter, repairer);
        Tensor[] shared = [.. Autograd.Gradients([a], first, retainGraph: true), .. Autograd.Gradients([b], second)];

        Tensor[] separate = [.. Autograd.Gradients([Losses(spotter, repairer).First], first), .. Autograd.Gradients([Losses(spotter, repairer).Second], second)];

        Assert.Equal(separate.Select(g => g.ToArray<float>()), shared.Select(g => g.ToArray<float>()));
        Assert.Contains(shared, g => g.ToArray<float>().Any(v => v != 0));
    }

    [Fact]
    public void Gradients_TwoOutputs_AreSummed()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3);

        Assert.Equal(6f + 5, Autograd.Gradients([x * x, x * 5.0], [x])[0].ToSingle());
    }

    [Fact]
    public void Gradients_WithSeed_AreWeighted()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3);

        Assert.Equal(60f, Autograd.Gradients([x * x], [x], outputGradients: [Tensor.Scalar(10)])[0].ToSingle());
    }

    [Fact]
    public void Gradients_Twice_AccumulateNowhere()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), y = x * x;

        float[] values = [.. Enumerable.Range(0, 3).Select(i => Autograd.Gradients([y], [x], retainGraph: true)[0].ToSingle())];

        Assert.Equal([6f, 6, 6], values);
    }

    [Fact]
    public void Gradients_OneOfManyInputs_MakeOneTensor()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), w = Leaf(2), y = x * w;
        long before = Tensor.LiveCount;

        Assert.Equal(3f, Assert.Single(Autograd.Gradients([y], [w])).ToSingle());
        Assert.Equal(before + 1, Tensor.LiveCount);
    }

    [Fact]
    public void Gradients_AtAnIntermediate_AreThoseThere()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), h = x * x;

        Assert.Equal(2 * 9f, Autograd.Gradients([h * h], [h])[0].ToSingle());
    }

    [Fact]
    public void Gradients_UnusedInput_IsAnErrorThatNamesItAndLeaksNothing()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), unused = Samples.Floats(1, 4, 7), y = x * x;
        unused.RequiresGrad = true;
        long before = Tensor.LiveCount;

        Assert.Contains("input 1, (4, 7) Float32, takes no part", Message(() => Autograd.Gradients([y], [x, unused])), StringComparison.Ordinal);
        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void Gradients_InputNotRecorded_IsAnErrorThatSaysWhich()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), constant = Samples.Floats(1, 2, 5), y = x * x;

        Assert.Contains("1: (2, 5) Float32 (not recorded)", Message(() => Autograd.Gradients([y], [x, constant])), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_SecondTimeWithoutRetaining_IsAnError()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), y = x * x;
        Autograd.Gradients([y], [x]);

        Assert.Contains("second time", Message(() => Autograd.Gradients([y], [x])), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_NotAScalarAndNoSeed_IsAnErrorWithTheShape()
    {
        using var scope = new TensorScope();
        Tensor x = Samples.Floats(1, 2, 3);
        x.RequiresGrad = true;

        Assert.Contains("0: (2, 3) Float32", Message(() => Autograd.Gradients([x * 2.0], [x])), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_SeedsForFewerOutputs_IsAnError()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), y = x * x, z = x * 2.0;

        Assert.Contains("1 gradients for 2 outputs", Message(() => Autograd.Gradients([y, z], [x], outputGradients: [Tensor.Scalar(1)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_DisposedInput_IsAnError()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3), y = x * x;
        x.Dispose();

        Assert.Contains("disposed", Message(() => Autograd.Gradients([y], [x])), StringComparison.Ordinal);
    }

    [Fact]
    public void Disable_NestedWithEnable_RestoresEachMode()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3);
        bool Recorded() => (x * 2.0).RequiresGrad;

        Assert.True(Recorded());
        using (Autograd.Disable())
        {
            Assert.False(Recorded());
            using (Autograd.Enable()) Assert.True(Recorded());
            Assert.False(Recorded());
        }
        Assert.True(Recorded());
    }

    [Fact]
    public void Disable_BodyThrows_IsRestored()
    {
        using var scope = new TensorScope();
        Tensor x = Leaf(3);
        try
        {
            using GradMode off = Autograd.Disable();
            Operator.Find("aten::mul", "Tensor").Call(x);
        }
        catch (TorchException)
        {
            // what matters comes after
        }

        Assert.True((x * 2.0).RequiresGrad);
    }

    [Fact]
    public void Detach_Tensor_IsNotRecorded()
    {
        using var scope = new TensorScope();

        Assert.False((Leaf(3).Detach() * 2.0).RequiresGrad);
    }

    private static (Tensor First, Tensor Second) Losses(SmallNetwork spotter, SmallNetwork repairer)
    {
        Tensor x = Samples.Floats(3, 2, 3, 5, 5);
        Tensor repaired = repairer.Forward(x), padded = Tensor.Concatenate(1, repaired, repaired.Narrow(1, 0, 1));
        Tensor verdict = spotter.Forward(padded);
        return (verdict.Square().Mean(), (repaired - 1.0).Square().Mean() - verdict.Mean());
    }

    private static Tensor Leaf(float value)
    {
        Tensor leaf = Tensor.Scalar(value);
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static string Message(Action action) => Assert.Throws<TorchException>(action).Message;
}
