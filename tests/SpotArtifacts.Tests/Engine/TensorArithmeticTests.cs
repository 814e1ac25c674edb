using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Pair = (System.Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor> Ours,
    System.Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor> Plain);

namespace SpotArtifacts.Tests.Engine;

public sealed class TensorArithmeticTests
{
    private static readonly Dictionary<string, Pair> s_operators = new()
    {
        ["Plus"] = ((x, y) => x.Plus(y), (x, y) => x + y),
        ["Plus scaled"] = ((x, y) => x.Plus(y, 0.3), (x, y) => x.add(y, 0.3)),
        ["Plus number"] = ((x, _) => x.Plus(1e-3), (x, _) => x + 1e-3),
        ["PlusProduct"] = ((x, y) => x.PlusProduct(y, x), (x, y) => x.addcmul(y, x, 1)),
        ["Minus"] = ((x, _) => x.Minus(1), (x, _) => x - 1),
        ["Complement"] = ((x, _) => x.Complement(), (x, _) => 1.0 - x),
        ["Times"] = ((x, _) => x.Times(127.5), (x, _) => x * 127.5),
        ["Times whole number"] = ((x, _) => x.Times(3), (x, _) => x * 3L),
        ["Over"] = ((x, _) => x.Over(255), (x, _) => x / 255),
        ["Squared"] = ((x, _) => x.Squared(), (x, _) => x.square()),
        ["Power"] = ((x, _) => (x * x).Power(-0.75), (x, _) => (x * x).pow(-0.75)),
        ["LeakyRelu"] = ((x, _) => x.LeakyRelu(0.2), (x, _) => functional.leaky_relu(x, 0.2)),
        ["AtLeast"] = ((x, _) => x.AtLeast(0), (x, _) => x.clamp_min(0)),
        ["Between"] = ((x, _) => x.Between(-1, 1), (x, _) => x.clamp(-1, 1)),
    };

    private static readonly Dictionary<string, Pair> s_inPlace = new()
    {
        ["AddInPlace"] = ((x, y) => x.AddInPlace(y), (x, y) => x.add_(y)),
        ["AddInPlace scaled"] = ((x, y) => x.AddInPlace(y, -0.3), (x, y) => x.add_(y, -0.3)),
        ["AddInPlace number"] = ((x, _) => x.AddInPlace(1e-8), (x, _) => x.add_(1e-8)),
        ["AddProductInPlace"] = ((x, y) => x.AddProductInPlace(y, y, 1e-3), (x, y) => x.addcmul_(y, y, 1e-3)),
        ["AddQuotientInPlace"] = ((x, y) => x.AddQuotientInPlace(y, y * y, 1e-3), (x, y) => x.addcdiv_(y, y * y, 1e-3)),
        ["ScaleInPlace"] = ((x, _) => x.ScaleInPlace(0.999), (x, _) => x.mul_(0.999)),
        ["DivideInPlace"] = ((x, _) => x.DivideInPlace(0.3), (x, _) => x.div_(0.3)),
    };

    public static TheoryData<string> Operators => [.. s_operators.Keys];

    public static TheoryData<string> InPlace => [.. s_inPlace.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Operator_AnyNumbers_GivesTheBitsOfTorchSharpsWithItsGradients(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 7, 13).requires_grad_(), y = Numbers.Floats(2, 7, 13).requires_grad_();
        Tensor ours = s_operators[name].Ours(x, y), plain = s_operators[name].Plain(x, y);

        Assert.Equal(plain.ToArray<float>(), ours.ToArray<float>());
        Assert.Equal(Gradients.Of([plain.exp().sum()], [x])[0].ToArray<float>(),
            Gradients.Of([ours.exp().sum()], [x])[0].ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(InPlace))]
    public void InPlace_AnyNumbers_GivesTheTensorWithTheBitsOfTorchSharps(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 7, 13), y = Numbers.Floats(2, 7, 13), expected = x.clone();
        s_inPlace[name].Plain(expected, y);

        Assert.Same(x, s_inPlace[name].Ours(x, y));
        Assert.Equal(expected.ToArray<float>(), x.ToArray<float>());
    }

    [Fact]
    public void IsAbove_NumbersAround_SaysWhichAre()
    {
        using Tensor x = Numbers.Tensor([0.5f, 1, 1.5f], 3), above = x.IsAbove(1);

        Assert.Equal([false, false, true], above.ToArray<bool>());
    }

    [Fact]
    public void Full_WholeNumbers_HasTheType()
    {
        using Tensor ones = TensorArithmetic.Full(1, ScalarType.Int64, CPU, 2);

        Assert.Equal([1L, 1], ones.ToArray<long>());
    }
}
