using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class TensorMemoryTests
{
    [Fact]
    public void Span_RowMajor_IsTheTensorsMemory()
    {
        using Tensor x = Numbers.Tensor([1, 2, 3, 4], 2, 2);

        TensorMemory.Span<float>(x)[3] = 9;

        Assert.Equal([1f, 2, 3, 9], x.data<float>().ToArray());
    }

    [Fact]
    public void Span_ChannelsLast_IsInTheOrderOfMemory()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([1f, 3, 2, 4], TensorMemory.Span<float>(Numbers.Tensor([1, 2, 3, 4], 1, 2, 1, 2).ChannelsLast()).ToArray());
    }

    [Fact]
    public void Span_View_StartsWhereItStarts()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([3f, 4], TensorMemory.Span<float>(Numbers.Tensor([1, 2, 3, 4], 2, 2).narrow(0, 1, 1)).ToArray());
    }

    [Fact]
    public void Span_OtherTypes_AreSeen()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([7L, -1], TensorMemory.Span<long>(tensor(new long[] { 7, -1 })).ToArray());
        Assert.Equal([7, -1], TensorMemory.Span<int>(tensor(new int[] { 7, -1 })).ToArray());
        Assert.Equal([7.5], TensorMemory.Span<double>(tensor(new double[] { 7.5 })).ToArray());
        Assert.Equal([7, 255], TensorMemory.Span<byte>(tensor(new byte[] { 7, 255 })).ToArray());
        Assert.Equal([true, false], TensorMemory.Span<bool>(tensor(new bool[] { true, false })).ToArray());
    }

    [Fact]
    public void Span_GapsOrOtherType_IsAnErrorThatDescribesTheTensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 4, 6);

        Assert.Equal("a dense tensor of Single on the CPU is needed, not (4, 3) Float32",
            Assert.Throws<ArgumentException>(() => { TensorMemory.Span<float>(x.narrow(1, 0, 3)); }).Message);
        Assert.Equal("a dense tensor of Int64 on the CPU is needed, not (4, 6) Float32",
            Assert.Throws<ArgumentException>(() => { TensorMemory.Span<long>(x); }).Message);
        Assert.Throws<ArgumentException>(() => { TensorMemory.Span<short>(x); });
        Assert.Throws<ArgumentException>(() => { TensorMemory.Span<float>(x.t()); });
        Assert.Throws<ArgumentException>(() => { TensorMemory.Span<float>(zeros(3, device: META)); });
    }

    [Fact]
    public void Span_Disposed_IsAnError()
    {
        Tensor x = Numbers.Floats(1, 4);
        x.Dispose();

        Assert.Throws<InvalidOperationException>(() => { TensorMemory.Span<float>(x); });
    }

    [Theory]
    [InlineData(2, 3, 4, 5, true, false)]
    [InlineData(2, 1, 4, 5, true, true)]
    [InlineData(2, 3, 1, 1, true, true)]
    [InlineData(1, 3, 1, 5, true, false)]
    public void Layouts_RowMajorTensor_AreRecognised(long b, long c, long h, long w, bool rowMajor, bool channelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, b, c, h, w), last = x.ChannelsLast();

        Assert.Equal((rowMajor, channelsLast), (TensorMemory.IsRowMajor(x), TensorMemory.IsChannelsLast(x)));
        Assert.Equal((rowMajor && channelsLast, true), (TensorMemory.IsRowMajor(last), TensorMemory.IsChannelsLast(last)));
        Assert.True(TensorMemory.IsDense(last));
        Assert.False(TensorMemory.IsDense(Numbers.Floats(1, 2, 2, 2, 8).narrow(3, 0, 3)));
        Assert.Equal(x.ToArray<float>(), last.ToArray<float>());
    }

    [Fact]
    public void ToChannelsLast_ChannelsLast_IsItself()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor last = Numbers.Floats(1, 2, 3, 4, 5).ChannelsLast();

        Assert.Same(last, TensorMemory.ToChannelsLast(last));
    }

    [Fact]
    public void ToChannelsLast_Recorded_IsDifferentiated()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 2, 3, 4, 5).requires_grad_();

        Assert.Equal(x.square().Values(), (Gradients.Of([x.ChannelsLast().pow(3).sum()], [x])[0] / 3).Values(),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void ToChannelsLast_NotFourDimensions_IsAnError()
    {
        using Tensor x = Numbers.Floats(1, 2, 3);

        Assert.Throws<ArgumentException>(() => TensorMemory.ToChannelsLast(x));
    }

    [Fact]
    public void CopyFrom_AnyLayout_IsRowMajorOutside()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 2, 3, 2, 2);
        float[] data = Numbers.FloatsOf(2, x.numel());
        foreach (Tensor target in (Tensor[])[x, x.ChannelsLast(), x.transpose(0, 1), x.detach().requires_grad_()])
        {
            target.CopyFrom<float>(data);
            Assert.Equal(data, target.ToArray<float>());
        }
    }

    [Fact]
    public void CopyFrom_BetweenForwardAndBackward_IsAnErrorAndNotAWrongGradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 4).requires_grad_(), w = Numbers.Floats(2, 4).requires_grad_(), y = (x * w).sum();

        w.CopyFrom<float>([1, 2, 3, 4]);

        Assert.Contains("modified by an inplace operation",
            Assert.Throws<InvalidOperationException>(() => Gradients.Of([y], [x])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_WrongLength_AreErrorsWithBoth()
    {
        using Tensor x = Numbers.Floats(1, 2);

        Assert.Equal("(2) Float32 has 2 elements, the buffer 3",
            Assert.Throws<ArgumentException>(() => x.CopyTo<float>(new float[3])).Message);
        Assert.Equal("(2) Float32 has 2 elements, the buffer 1",
            Assert.Throws<ArgumentException>(() => x.CopyFrom<float>(new float[1])).Message);
    }

    [Fact]
    public void Describe_Tensor_HasShapeTypeAndDevice()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal("(4, 3) Float64", TensorMemory.Describe(Numbers.Doubles(1, 4, 3)));
        Assert.Equal("(3) Float32 on meta", TensorMemory.Describe(zeros(3, device: META)));
    }
}
