namespace SpotArtifacts.Torch.Tests;

public class OperatorTests
{
    private static readonly Operator s_add = Operator.Find("aten::add", "Tensor");

    [Fact]
    public void Find_Twice_GivesTheSame() => Assert.Same(Operator.Find("aten::relu"), Operator.Find("aten::relu"));

    [Fact]
    public void Schema_KnownOperator_IsLibtorchs() =>
        Assert.StartsWith("aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1)", s_add.Schema(), StringComparison.Ordinal);

    [Theory]
    [InlineData("aten::nonsense", "", "aten::nonsense")]
    [InlineData("aten::add", "Nonsense", "aten::add.Nonsense")]
    [InlineData("nonsense", "", "nonsense")]
    public void Call_UnknownOperator_IsAnErrorWithItsName(string name, string overload, string said)
    {
        string message = Assert.Throws<TorchException>(() => Operator.Find(name, overload).Call()).Message;

        Assert.Contains($"look up {said}", message, StringComparison.Ordinal);
        Assert.Contains("no operator", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_UnknownOperator_IsRefusedEveryTime()
    {
        for (int i = 0; i < 2; i++) Assert.Throws<TorchException>(() => Operator.Find("aten::nonsense2").Schema());
    }

    [Fact]
    public void Call_ShapesDoNotMatch_NamesOperatorAndShapes()
    {
        using Tensor a = Samples.Floats(1, 2, 3), b = Samples.Floats(1, 4, 5);

        string message = Message(() => _ = a + b);

        Assert.StartsWith("aten::add.Tensor((2, 3) Float32, (4, 5) Float32): ", message, StringComparison.Ordinal);
        Assert.Contains("must match", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_TooManyArguments_IsAnError()
    {
        using Tensor a = Tensor.Scalar(1);

        Assert.Contains("at most 3 arguments, got 4", Message(() => s_add.Call(a, a, 1, 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Call_TooFewArguments_NamesTheMissingOne()
    {
        using Tensor a = Tensor.Scalar(1);

        Assert.Contains("argument 'other' has no default", Message(() => s_add.Call(a)), StringComparison.Ordinal);
    }

    [Fact]
    public void Call_WrongTypes_AreErrors()
    {
        using Tensor a = Samples.Floats(1, 2, 2);
        Operator reshape = Operator.Find("aten::reshape"), cat = Operator.Find("aten::cat"), relu = Operator.Find("aten::relu");
        Action[] wrong =
        [
            () => s_add.Call(a, 5), () => s_add.Call("text", a), () => s_add.Call(Value.None, a), () => reshape.Call(a, a), () => reshape.Call(a, 2.5),
            () => reshape.Call(a, new[] { 2.5 }), () => cat.Call(a, 0), () => relu.Call(true), () => relu.Call(new[] { a }),
            () => Operator.Find("aten::softmax", "int").Call(a, a), () => Operator.Find("aten::to", "device").Call(a, "nowhere", ElementType.Float32),
            () => cat.Call(new Tensor[] { a, null! }, 0), () => Operator.Find("aten::bernoulli_", "float").Run(a, 0.5, a),
        ];

        Assert.All(wrong, action => Assert.Contains("aten::", Message(action), StringComparison.Ordinal));
    }

    [Fact]
    public void Call_DisposedTensor_IsAnErrorThatSaysWhich()
    {
        using Tensor a = Tensor.Scalar(1);
        Tensor b = Tensor.Scalar(2);
        b.Dispose();

        Assert.Equal("aten::add.Tensor(() Float32, (disposed)): argument 1: the tensor is disposed", Message(() => _ = a + b));
        Assert.Contains("argument 0", Message(() => Operator.Find("aten::cat").Call(new[] { a, b }, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Call_DisposedGenerator_IsAnError()
    {
        var random = new RandomGenerator(1);
        random.Dispose();

        Assert.Contains("disposed", Message(() => Functions.Permutation(4, random)), StringComparison.Ordinal);
        Assert.Throws<TorchException>(() => random.GetState());
    }

    [Fact]
    public void Call_SeveralResults_IsAnErrorThatLeaksNothing()
    {
        using Tensor a = Samples.Floats(1, 4);
        long before = Tensor.LiveCount;

        Assert.Throws<TorchException>(() => Operator.Find("aten::topk").Call(a, 2));
        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void Call_NoTensorResult_IsAnError()
    {
        using Tensor a = Samples.Floats(1, 4);

        Assert.Throws<TorchException>(() => Operator.Find("aten::is_complex").Call(a));
    }

    [Fact]
    public void CallMany_ListResult_ComesFlattened()
    {
        using var scope = new TensorScope();

        Tensor?[] parts = Operator.Find("aten::split", "Tensor").CallMany(Samples.Floats(1, 5, 2), 2);

        Assert.Equal([2L, 2, 1], parts.Select(p => p!.Shape[0]));
    }

    [Fact]
    public void Call_ManyAndLongLists_Arrive()
    {
        using var scope = new TensorScope();
        Tensor[] parts = [.. Enumerable.Range(0, 200).Select(i => Tensor.From<float>([i], 1))];

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (float)i), Tensor.Concatenate(0, parts).ToArray<float>());
    }

    [Fact]
    public void Call_OptionalTensorsInAList_MayBeAbsent()
    {
        using var scope = new TensorScope();
        Tensor x = Tensor.From<float>([1, 2, 3, 4], 2, 2);

        Tensor column = Operator.Find("aten::index", "Tensor").Call(x, new Tensor[] { null!, Tensor.From<long>([1], 1) });

        Assert.Equal([2f, 4], column.ToArray<float>());
    }

    [Fact]
    public void Run_InPlace_ChangesItsArgumentAndLeaksNothing()
    {
        using Tensor a = Tensor.Scalar(1);
        long before = Tensor.LiveCount;

        Operator.Find("aten::add_", "Scalar").Run(a, 2);

        Assert.Equal((3f, before), (a.ToSingle(), Tensor.LiveCount));
    }

    private static string Message(Action action) => Assert.Throws<TorchException>(action).Message;
}
