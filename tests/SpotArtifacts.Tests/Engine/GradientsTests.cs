using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class GradientsTests
{
    [Fact]
    public void Of_TwoLossesOfOneForwardPass_EqualThoseOfTwoPasses()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] spotter = [Numbers.Floats(1, 4, 4).requires_grad_(), Numbers.Floats(2, 4).requires_grad_()],
        repairer = [Numbers.Floats(3, 4, 4).requires_grad_()];
        (Tensor a, Tensor b) = Losses(spotter, repairer);
        Tensor[] shared = [.. Gradients.Of([a], spotter, retainGraph: true), .. Gradients.Of([b], repairer)];

        Tensor[] separate = [.. Gradients.Of([Losses(spotter, repairer).First], spotter),
            .. Gradients.Of([Losses(spotter, repairer).Second], repairer)];

        Assert.Equal(separate.Select(g => g.ToArray<float>()), shared.Select(g => g.ToArray<float>()));
        Assert.Contains(shared, g => g.ToArray<float>().Any(v => v != 0));
    }

    [Fact]
    public void Of_TwoOutputs_AreSummed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3);

        Assert.Equal([6f + 5], Gradients.Of([x * x, x * 5.0], [x])[0].ToArray<float>());
    }

    [Fact]
    public void Of_WithSeed_IsWeighted()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3);

        Assert.Equal([60f], Gradients.Of([x * x], [x], outputGradients: [Numbers.Tensor([10])])[0].ToArray<float>());
    }

    [Fact]
    public void Of_Twice_AccumulatesNowhere()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), y = x * x;

        float[] values = [.. Enumerable.Range(0, 3)
            .SelectMany(_ => Gradients.Of([y], [x], retainGraph: true)[0].ToArray<float>())];

        Assert.Equal([6f, 6, 6], values);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Of_TensorWithAGradientOfItsOwn_LeavesThat()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3);
        x.grad = Numbers.Tensor([100]);

        Assert.Equal([6f], Gradients.Of([x * x], [x])[0].ToArray<float>());
        Assert.Equal([100f], x.grad!.ToArray<float>());
    }

    [Fact]
    public void Of_OneOfManyInputs_MakesOneTensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), w = Leaf(2), y = x * w;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Tensor gradient = Assert.Single(Gradients.Of([y], [w]));

        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal([3f], gradient.ToArray<float>());
    }

    [Fact]
    public void Of_AnInputTwice_IsGivenTwice()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3);

        Assert.Equal([6f, 6f], Gradients.Of([x * x], [x, x]).SelectMany(g => g.ToArray<float>()));
    }

    [Fact]
    public void Of_AnIntermediate_IsTheOneThere()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), h = x * x;
        Tensor y = h * h;

        Assert.Equal([2 * 9f, 4 * 27], Gradients.Of([y], [h, x], retainGraph: true).SelectMany(g => g.ToArray<float>()));
        Assert.Equal([2 * 9f], Gradients.Of([y], [h])[0].ToArray<float>());
    }

    [Fact]
    public void Of_ChannelsLastParameter_ComesInItsLayout()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor w = Numbers.Floats(1, 8, 4, 3, 3).ChannelsLast().requires_grad_(),
        x = Numbers.Floats(2, 2, 4, 6, 6).ChannelsLast();

        Tensor gradient = Gradients.Of([nn.functional.conv2d(x, w).sum()], [w])[0];

        Assert.True(TensorMemory.IsChannelsLast(gradient));
    }

    [Fact]
    public void Of_UnusedInput_IsAnErrorThatNamesItAndLeaksNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), unused = Numbers.Floats(1, 4, 7).requires_grad_(), y = x * x;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Assert.Contains("input 1, (4, 7) Float32, takes no part", Message(() => Gradients.Of([y], [x, unused])),
            StringComparison.Ordinal);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Of_InputNotRecorded_IsAnErrorThatSaysWhich()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), constant = Numbers.Floats(1, 2, 5), y = x * x;

        Assert.Contains("1: (2, 5) Float32 (not recorded)", Message(() => Gradients.Of([y], [x, constant])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OutputNotRecorded_IsAnErrorThatSaysWhich()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3);
        using IDisposable off = no_grad();
        Tensor y = x * x;

        Assert.Contains("gradients of [0: () Float32 (not recorded)]", Message(() => Gradients.Of([y], [x])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SecondTimeWithoutRetaining_IsAnError()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), y = x * x;
        Gradients.Of([y], [x]);

        Assert.Contains("second time", Message(() => Gradients.Of([y], [x])), StringComparison.Ordinal);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Of_NotAScalarAndNoSeed_IsAnErrorWithTheShape()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 2, 3).requires_grad_();

        Assert.Contains("0: (2, 3) Float32", Message(() => Gradients.Of([x * 2.0], [x])), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SeedOfAnotherShape_IsAnErrorWithBoth()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 2, 3).requires_grad_(), seed = Numbers.Floats(1, 3, 2);

        Assert.Contains("a gradient of its own shape, not (3, 2) Float32",
            Message(() => Gradients.Of([x * 2.0], [x], outputGradients: [seed])), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SeedsForFewerOutputs_IsAnError()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), y = x * x, z = x * 2.0, seed = Numbers.Tensor([1]);

        Assert.Contains("1 gradients for 2 outputs", Message(() => Gradients.Of([y, z], [x], outputGradients: [seed])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DisposedInput_IsAnError()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(3), y = x * x;
        x.Dispose();

        Assert.Contains("0: (disposed)]: a tensor is disposed", Message(() => Gradients.Of([y], [x])), StringComparison.Ordinal);
    }

    // oneDNN's convolutions do not bear two passes at once.
    [Fact]
    public void Of_OnSeveralThreads_GoesBackwardOnOneAtATime()
    {
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using DisposeScope scope = NewDisposeScope();
            for (int i = 0; i < 5; i++)
            {
                Tensor x = Leaf(2);
                Assert.Equal([3], Gradients.Of([Watched.apply(x)], [x])[0].Values());
            }
        });

        Assert.Equal(1, Watched.MostAtOnce);
    }

    private static (Tensor First, Tensor Second) Losses(Tensor[] spotter, Tensor[] repairer)
    {
        Tensor repaired = Numbers.Floats(9, 2, 4).matmul(repairer[0]);
        Tensor verdict = repaired.matmul(spotter[0]) + spotter[1];
        return (verdict.square().mean(), (repaired - 1.0).square().mean() - verdict.mean());
    }

    private static Tensor Leaf(float value) => Numbers.Tensor([value]).requires_grad_();

    private static string Message(Action action) => Assert.Throws<InvalidOperationException>(action).Message;

    private sealed class Watched : autograd.SingleTensorFunction<Watched>
    {
        private static int s_inside;

        public static int MostAtOnce { get; private set; }

        public override string Name => nameof(Watched);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]) * 3;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using Tensor given = grad_output;
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref s_inside));
            Thread.Sleep(2);
            Interlocked.Decrement(ref s_inside);
            return [given * 3];
        }
    }
}
