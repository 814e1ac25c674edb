using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Verification;

/// <summary>Replays single operations: inputs x, w, b …, output y, gradients g_x, g_w … of sum(y * gy).</summary>
internal sealed class OperationReplay(Fixture fixture, Comparisons comparisons)
{
    private const string Adam = "adam", Rate = "lr";

    public void Run()
    {
        foreach (string operation in fixture.Names.Select(name => name.Split('/')[0]).Distinct().ToArray())
        {
            using DisposeScope scope = NewDisposeScope();
            switch (operation)
            {
                case Adam: AdamSteps(); break;
                case Rate: Schedules(); break;
                default: Operation(operation); break;
            }
        }
    }

    // An unknown operation reads nothing, so that its tensors count as unchecked.
    private void Operation(string name)
    {
        if (name.StartsWith("conv", StringComparison.Ordinal))
            Convolution(name);
        else if (name.StartsWith("maxpool_same", StringComparison.Ordinal))
            Map(name, x => Operations.MaxPoolSame(x, 3, 2));
        else if (name == "lrn")
            Map(name, x => Operations.LocalResponseNorm(x, size: 5, alpha: 2e-5, beta: 0.75, k: 1));
        else if (name == "upsample2")
            Map(name, x => Operations.UpsampleBilinear(x, 2));
        else if (name == "leaky")
            Map(name, x => x.LeakyRelu(NormalizedConvolution.Slope));
        else if (name == "softmax_ce")
            Map(name, x => Operations.SoftmaxCrossEntropy(x, fixture.Input($"{name}/labels")));
        else if (name == "bce_logits")
            Map(name, x => functional.binary_cross_entropy_with_logits(x, fixture.Input($"{name}/target")));
        else if (name == "damage")
            Damage(name);
        else if (name is "bn" or "bn_beta_only")
            Normalize(name);
    }

    private void Map(string operation, Func<Tensor, Tensor> function)
    {
        Tensor x = Variable(operation, "x");
        Differentiate(operation, function(x), ("x", x));
    }

    private void Damage(string operation)
    {
        Tensor phi = Variable(operation, "phi");
        var mask = new KeepMask(fixture.Input($"{operation}/mask"));
        Differentiate(operation, new FeatureDamage(fixture.Settings.Recipe.Damage.Fill).Apply(phi, mask), ("phi", phi));
    }

    private void Convolution(string operation)
    {
        Tensor x = Variable(operation, "x"), y = fixture.Input($"{operation}/gy");
        IReadOnlyList<long> kernel = fixture.Shape($"{operation}/w");
        bool same = operation.EndsWith("_same", StringComparison.Ordinal), bias = fixture.Contains($"{operation}/b");
        var shape = new ConvolutionShape((int)x.shape[1], (int)kernel[0], (int)kernel[2], Stride: (int)(x.shape[2] / y.shape[2]),
            Padding: (int)(kernel[2] - 1) / 2, Groups: (int)(x.shape[1] / kernel[1]), Same: same);
        using var convolution = new Convolution(shape, bias);
        convolution.to(fixture.Device);
        Set(convolution.Weight, $"{operation}/w");
        if (bias)
            Set(convolution.Bias!, $"{operation}/b");
        Differentiate(operation, convolution.forward(x),
            [("x", x), ("w", convolution.Weight), .. Optional("b", convolution.Bias)]);
    }

    private void Normalize(string operation)
    {
        Tensor x = Variable(operation, "x");
        bool scale = fixture.Contains($"{operation}/gamma");
        using var norm = new BatchNorm((int)x.shape[1], scale);
        norm.to(fixture.Device);
        if (scale)
            Set(norm.Scale!, $"{operation}/gamma");
        Set(norm.Shift, $"{operation}/beta");
        Set(norm.RunningMean, $"{operation}/running_mean0");
        Set(norm.RunningVariance, $"{operation}/running_var0");
        Tensor y = norm.Forward(x, training: true);
        Differentiate(operation, y, [("x", x), ("beta", norm.Shift), .. Optional("gamma", norm.Scale)]);
        comparisons.Compare($"{operation}/running_mean1", norm.RunningMean);
        comparisons.Compare($"{operation}/running_var1", norm.RunningVariance);
    }

    private void AdamSteps()
    {
        Tensor p = fixture.Input($"{Adam}/p0");
        using var adam = new Adam([new TrainedParameter("p", p, Decays: false)], fixture.Settings.Adam);
        for (int step = 1; fixture.Contains($"{Adam}/g{step}"); step++)
        {
            adam.Step([fixture.Input($"{Adam}/g{step}")], fixture.Settings.LearningRate);
            comparisons.Compare($"{Adam}/p{step}", p);
        }
    }

    private void Schedules()
    {
        foreach (string name in fixture.Names.Where(name => name.StartsWith($"{Rate}/steps", StringComparison.Ordinal)).ToArray())
        {
            long steps = fixture.Shape(name)[0];
            var schedule = new LinearDecay(fixture.Settings.LearningRate, steps);
            float[] rates = new float[steps];
            for (int i = 0; i < steps; i++)
                rates[i] = (float)schedule.At(i);
            comparisons.Compare(name, rates);
        }
    }

    private void Differentiate(string operation, Tensor y, params (string Name, Tensor Value)[] inputs)
    {
        comparisons.Compare($"{operation}/y", y);
        Tensor flowing = fixture.Input($"{operation}/gy").reshape([.. y.shape]);
        Tensor[] gradients = Gradients.Of([y], [.. inputs.Select(input => input.Value)], outputGradients: [flowing]);
        for (int i = 0; i < inputs.Length; i++)
            comparisons.Compare($"{operation}/g_{inputs[i].Name}", gradients[i]);
    }

    private Tensor Variable(string operation, string name)
    {
        Tensor x = fixture.Input($"{operation}/{name}");
        x.requires_grad = true;
        return x;
    }

    private void Set(Tensor tensor, string name) => tensor.Assign(fixture.Input(name, tensor.shape));

    private static (string, Tensor)[] Optional(string name, Tensor? parameter) => parameter is null ? [] : [(name, parameter)];
}
