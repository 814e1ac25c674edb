namespace SpotArtifacts.Torch.Tests;

public class TensorScopeTests
{
    [Fact]
    public void Dispose_OwnTensors_AreFreed()
    {
        long before = Tensor.LiveCount;
        Tensor inside;
        using (new TensorScope())
        {
            inside = Tensor.Scalar(1);
            _ = inside + 1.0;
            Assert.Equal(before + 2, Tensor.LiveCount);
        }

        Assert.Equal(before, Tensor.LiveCount);
        Assert.Throws<TorchException>(() => inside.ToSingle());
    }

    [Fact]
    public void Dispose_TensorFromOutside_Survives()
    {
        using Tensor outside = Tensor.Scalar(1);
        using (new TensorScope()) _ = outside + 1.0;

        Assert.Equal(1f, outside.ToSingle());
    }

    [Fact]
    public void Dispose_Nested_FreesTheInnermostOnly()
    {
        using var outer = new TensorScope();
        Tensor a = Tensor.Scalar(1);
        Tensor b;
        using (new TensorScope()) b = a + 1.0;
        Tensor c = a + 2.0;

        Assert.Equal(3f, c.ToSingle());
        Assert.Throws<TorchException>(() => b.ToSingle());
    }

    [Fact]
    public void Keep_InnerTensor_BelongsToTheOuterScope()
    {
        long before = Tensor.LiveCount;
        Tensor kept;
        using (new TensorScope())
        {
            using (var inner = new TensorScope()) kept = inner.Keep(Tensor.Scalar(7));
            Assert.Equal(7f, kept.ToSingle());
        }

        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void Keep_TwoLevels_MovesStepByStep()
    {
        Tensor kept;
        using (var outer = new TensorScope())
        {
            using (var inner = new TensorScope()) kept = inner.Keep(Tensor.Scalar(7));
            Assert.Same(kept, outer.Keep(kept));
        }

        Assert.Equal(7f, kept.ToSingle());
        kept.Dispose();
    }

    [Fact]
    public void Keep_TensorOfAnotherScope_StaysThere()
    {
        Tensor outside;
        using (new TensorScope())
        {
            outside = Tensor.Scalar(1);
            using var inner = new TensorScope();
            inner.Keep(outside);
        }

        Assert.Throws<TorchException>(() => outside.ToSingle());
    }

    [Fact]
    public void Detached_InScope_OutlivesIt()
    {
        Tensor detached;
        using (new TensorScope()) detached = Tensor.Scalar(1).Detached();

        Assert.Equal(1f, detached.ToSingle());
        detached.Dispose();
    }

    [Fact]
    public void Alias_InScope_IsFreedWithoutItsOriginal()
    {
        using Tensor original = Tensor.Scalar(3);
        using (new TensorScope()) original.Alias();

        Assert.Equal(3f, original.ToSingle());
    }

    [Fact]
    public void Dispose_WrongOrder_IsAnErrorAndChangesNothing()
    {
        var outer = new TensorScope();
        Tensor tensor = Tensor.Scalar(1);
        var inner = new TensorScope();

        Assert.Throws<InvalidOperationException>(outer.Dispose);

        Assert.Equal(1f, tensor.ToSingle());
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void Dispose_OnAnotherThread_IsAnError()
    {
        using var scope = new TensorScope();
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(scope.Dispose));
        thread.Start();
        thread.Join();

        Assert.IsType<InvalidOperationException>(thrown);
    }

    [Fact]
    public void Create_OnAnotherThread_DoesNotBelongToThisScope()
    {
        Tensor? made = null;
        using (new TensorScope())
        {
            var thread = new Thread(() => made = Tensor.Scalar(5));
            thread.Start();
            thread.Join();
        }

        Assert.Equal(5f, made!.ToSingle());
        made.Dispose();
    }

    [Fact]
    public void Dispose_AfterAnException_FreesWhatTheBodyMade()
    {
        long before = Tensor.LiveCount;

        Assert.Throws<TorchException>(() =>
        {
            using var scope = new TensorScope();
            _ = Samples.Floats(1, 2) + Samples.Floats(1, 3);
        });

        Assert.Equal(before, Tensor.LiveCount);
    }
}
