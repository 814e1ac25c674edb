namespace SpotArtifacts.Torch.Tests;

public class TensorTests
{
    [Fact]
    public void From_EveryType_RoundTrips()
    {
        using var scope = new TensorScope();
        RoundTrip<float>([1.5f, -2], ElementType.Float32);
        RoundTrip<double>([1.5, double.MaxValue], ElementType.Float64);
        RoundTrip<long>([1, long.MinValue], ElementType.Int64);
        RoundTrip<int>([1, int.MaxValue], ElementType.Int32);
        RoundTrip<byte>([0, 255], ElementType.UInt8);
        RoundTrip<bool>([true, false], ElementType.Boolean);
    }

    [Fact]
    public void From_NoElements_IsEmpty()
    {
        using Tensor empty = Tensor.From<float>([], 0, 3);

        Assert.Equal((0L, 0), (empty.Count, empty.ToArray<float>().Length));
        Assert.Equal([0L, 3], empty.Shape);
    }

    [Theory]
    [InlineData(5, 2, 3)]
    [InlineData(7, 2, 3)]
    [InlineData(0, 1, 1)]
    public void From_WrongLength_IsAnErrorWithBoth(int length, long rows, long columns)
    {
        string message = Assert.Throws<TorchException>(() => Tensor.From<float>(new float[length], rows, columns)).Message;

        Assert.Equal($"shape [{rows}, {columns}] holds {rows * columns} elements, the data {length}", message);
    }

    [Fact]
    public void From_UnsupportedType_IsAnError() => Assert.Throws<TorchException>(() => Tensor.From<short>([1], 1));

    [Fact]
    public void From_NegativeSizes_IsAnError() => Assert.Throws<TorchException>(() => Tensor.From<float>([1, 2, 3, 4], -2, -2));

    [Fact]
    public void From_Data_IsCopied()
    {
        float[] data = [1, 2];
        using Tensor tensor = Tensor.From<float>(data, 2);

        data[0] = 9;

        Assert.Equal([1f, 2], tensor.ToArray<float>());
    }

    [Fact]
    public void ToArray_WrongType_IsAnErrorWithShapeAndType()
    {
        using Tensor tensor = Samples.Floats(1, 2, 3);

        Assert.Equal("(2, 3) Float32 is not of type Int64", Assert.Throws<TorchException>(() => tensor.ToArray<long>()).Message);
    }

    [Fact]
    public void CopyTo_WrongLength_IsAnError()
    {
        using Tensor tensor = Samples.Floats(1, 2);

        Assert.Contains("the tensor holds 8 bytes, the buffer 12", Assert.Throws<TorchException>(() => tensor.CopyTo<float>(new float[3])).Message, StringComparison.Ordinal);
        Assert.Contains("the tensor holds 8 bytes, the buffer 4", Assert.Throws<TorchException>(() => tensor.CopyFrom<float>(new float[1])).Message, StringComparison.Ordinal);
        Assert.Throws<TorchException>(() => tensor.ToSingle());
    }

    [Fact]
    public void CopyFrom_ChannelsLast_IsRowMajorOutside()
    {
        using var scope = new TensorScope();
        Tensor tensor = Samples.Floats(1, 2, 3, 2, 2).ChannelsLast();
        float[] data = Samples.FloatArray(2, tensor.Count);

        tensor.CopyFrom<float>(data);

        Assert.Equal(data, tensor.ToArray<float>());
    }

    [Fact]
    public void Members_DisposedTensor_AreErrors()
    {
        Tensor tensor = Tensor.Scalar(1);
        tensor.Dispose();
        tensor.Dispose();

        Assert.Equal("(disposed)", tensor.ToString());
        Assert.All((Action[])[() => tensor.ToSingle(), () => tensor.Alias(), () => _ = tensor.Shape, () => _ = tensor.Device, () => tensor.RequiresGrad = true,
            () => _ = tensor + 1.0], action => Assert.Contains("disposed", Assert.Throws<TorchException>(action).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Alias_Original_MayBeDisposedFirst()
    {
        Tensor original = Tensor.Scalar(4);
        using Tensor alias = original.Alias();
        original.Dispose();

        Assert.Equal(4f, alias.ToSingle());
    }

    [Fact]
    public void Arithmetic_Operators_HandComputed()
    {
        using var scope = new TensorScope();
        Tensor a = Tensor.From<float>([1, 2, 3, 4], 2, 2), b = Tensor.From<float>([10, 20], 2);
        (Tensor, float[])[] cases =
        [
            (a + b, [11, 22, 13, 24]), (a + 1.0, [2, 3, 4, 5]), (a - b, [-9, -18, -7, -16]), (a - 1.0, [0, 1, 2, 3]), (1.0 - a, [0, -1, -2, -3]),
            (a * b, [10, 40, 30, 80]), (a * 2.0, [2, 4, 6, 8]), (2.0 * a, [2, 4, 6, 8]), (b / a, [10, 10, 10f / 3, 5]), (a / 2.0, [0.5f, 1, 1.5f, 2]),
            (a.Transpose(0, 1), [1, 3, 2, 4]), (a.Narrow(1, 1, 1), [2, 4]), (a.Mean(), [2.5f]), (a.Mean([0]), [2, 3]), (a.Sum(), [10]), (a.Sum([1]), [3, 7]),
            (a.Square(), [1, 4, 9, 16]), (a.AtLeast(2.5), [2.5f, 2.5f, 3, 4]), (a.MatMul(a), [7, 10, 15, 22]), (a.ZerosLike(), [0, 0, 0, 0]),
            (a.OnesLike(), [1, 1, 1, 1]), (Tensor.Full(7, "cpu", 2), [7, 7]), (Tensor.Concatenate(1, a, a), [1, 2, 1, 2, 3, 4, 3, 4]),
            (a.Select(0, Tensor.From<long>([1], 1)), [3, 4]), ((a - 5.0).Abs(), [4, 3, 2, 1]), (a.Square().Sqrt(), [1, 2, 3, 4]),
        ];

        Assert.All(cases, c => Assert.Equal(c.Item2, c.Item1.Contiguous().ToArray<float>()));
    }

    [Fact]
    public void Comparisons_HandComputed()
    {
        using var scope = new TensorScope();
        Tensor a = Tensor.From<float>([1, 5, 3], 3);

        Assert.Equal([false, true, true], a.GreaterThan(2).ToArray<bool>());
        Assert.Equal([1L], a.ArgMax(0).ToArray<long>());
        (Tensor values, Tensor indices) = a.TopK(2);
        Assert.Equal([5f, 3], values.ToArray<float>());
        Assert.Equal([1L, 2], indices.ToArray<long>());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    public void IsFinite_OneElement_SaysSo(float value, bool finite)
    {
        using Tensor tensor = Tensor.From<float>([0, value], 2);

        Assert.Equal(finite, tensor.IsFinite());
    }

    [Fact]
    public void ToString_Tensor_ShowsShapeAndType()
    {
        using Tensor tensor = Samples.Doubles(1, 4, 3, 2);

        Assert.Equal("(4, 3, 2) Float64", tensor.ToString());
        Assert.Equal("cpu", tensor.Device);
    }

    private static void RoundTrip<T>(T[] data, ElementType type) where T : unmanaged
    {
        Tensor tensor = Tensor.From<T>(data, data.Length);
        Assert.Equal((type, (long)data.Length), (tensor.ElementType, tensor.Count));
        Assert.Equal(data, tensor.ToArray<T>());
    }
}
