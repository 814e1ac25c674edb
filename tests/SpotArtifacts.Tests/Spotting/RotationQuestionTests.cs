using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Tests.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class RotationQuestionTests
{
    private const string Asked = "spotting.rotation_weight=2", NoDropout = "network.dropout=0";

    [Theory]
    [InlineData("game", new long[] { 0, 1, 2, 0, 1, 2 })]
    [InlineData("clean", new long[] { 0, 1, 2 })]
    public void Ask_OfTheGame_TurnsTheBatchBeforeItIsEncoded(string images, long[] answers)
    {
        using SpottingBench bench = new(Asked, NoDropout, $"spotting.rotation_images={images}");

        SpottingObservation seen = bench.Forward();

        Assert.Equal(QuarterTurns.ByPlace(bench.Images).ToArray<float>(), seen.Images.ToArray<float>());
        Assert.Equal(bench.Networks.Decode(bench.Networks.Encode(seen.Images)).ToArray<float>(), seen.Clean.ToArray<float>());
        Assert.Equal(answers, seen.Turns!.Turns.ToArray<long>());
        Assert.Equal(2 * CrossEntropy(seen.Turns), seen.Spotting.Rotation!.item<float>(), 1e-5);
        Assert.Equal(seen.Spotting.CrossEntropy.item<float>() + seen.Spotting.Mask!.item<float>()
            + seen.Spotting.Rotation.item<float>(), seen.Spotting.Total.item<float>(), 1e-5);
    }

    [Fact]
    public void Ask_OfTheGame_MakesNoFurtherPassThroughTheTrunk()
    {
        using SpottingBench bench = new(Asked, NoDropout);

        SpottingObservation seen = bench.Forward();

        // The head on the verdict's own conv5 says the same.
        Tensor logits = bench.Networks.Discriminator.TellTurns(seen.Verdict.Conv5, training: true, dropout: null);
        Assert.Equal(logits.ToArray<float>(), seen.Turns!.Logits.ToArray<float>());
    }

    [Fact]
    public void Ask_Raw_SharesTheBatchBetweenGameAndQuestion()
    {
        using SpottingBench bench = new(Asked, NoDropout, "spotting.rotation_images=raw", "spotting.rotation_share=0.34");

        SpottingObservation seen = bench.Forward();

        Assert.Equal(bench.Images.narrow(0, 0, 2).ToArray<float>(), seen.Images.ToArray<float>());
        Assert.Equal([4, 2], seen.Verdict.ClassLogits.shape);
        Assert.Equal([2, 1, 4, 4], seen.Mask!.Values.shape);
        Assert.Equal([0L, 1, 2, 3], seen.Turns!.Turns.ToArray<long>());
        Discriminator network = bench.Networks.Discriminator;
        Tensor raw = network.Trunk(QuarterTurns.All(bench.Images.narrow(0, 2, 1)), training: true);
        Assert.Equal(network.TellTurns(raw, training: true, dropout: null).ToArray<float>(),
            seen.Turns.Logits.ToArray<float>());
    }

    [Fact]
    public void Ask_All_TurnsWhatPlaysAndAsksTheRestRaw()
    {
        using SpottingBench bench = new(Asked, NoDropout, "spotting.rotation_images=all", "spotting.rotation_share=0.34");

        SpottingObservation seen = bench.Forward();

        Assert.Equal(QuarterTurns.ByPlace(bench.Images.narrow(0, 0, 2)).ToArray<float>(), seen.Images.ToArray<float>());
        Assert.Equal([0L, 1, 2, 3, 0, 1, 0, 1], seen.Turns!.Turns.ToArray<long>());
        Discriminator network = bench.Networks.Discriminator;
        Tensor raw = network.Trunk(QuarterTurns.All(bench.Images.narrow(0, 2, 1)), training: true);
        Assert.Equal([.. network.TellTurns(raw, training: true, dropout: null).ToArray<float>(),
            .. network.TellTurns(seen.Verdict.Conv5, training: true, dropout: null).ToArray<float>()],
            seen.Turns.Logits.ToArray<float>());
    }

    [Fact]
    public void RunQuestions_WithoutTheGame_TrainsWhatTheQuestionsAskAlone()
    {
        using SpottingBench bench = new(8, [Asked, NoDropout, "batch_per_rank=8", "spotting.rotation_images=all",
            "spotting.game_every=2", "spotting.instance_weight=1", "optimizer.weight_decay=1"]);
        bench.Step.RunQuestions(bench.Images, 1e-3); // the first step has nothing to compare with
        float[][] before = [.. bench.Spotter.Values.Select(value => value.ToArray<float>())],
            repair = [.. bench.Repairer.Values.Select(value => value.ToArray<float>())];
        long asked = 0;

        bench.Step.RunQuestions(bench.Images, 1e-3, (answers, rotation, instance) =>
        {
            asked = answers.Turns.shape[0];
            Assert.Equal(2 * CrossEntropy(answers), rotation.item<float>(), 1e-5);
            Assert.NotNull(instance);
        });

        Assert.Equal(16, asked); // four of eight, in four turns
        for (int i = 0; i < before.Length; i++)
        {
            string name = bench.Spotter.Parameters[i].Name;
            bool isGames = name.Contains(".mask_head.", StringComparison.Ordinal)
                || name.StartsWith("discriminator.fc", StringComparison.Ordinal);
            Assert.Equal(isGames, before[i].SequenceEqual(bench.Spotter.Values[i].ToArray<float>()));
        }
        Assert.All(bench.Repairer.Values.Zip(repair), pair => Assert.Equal(pair.Second, pair.First.ToArray<float>()));
    }

    [Fact]
    public void Ask_InstancesToo_AsksOfTheImagesInTheRotationQuestion()
    {
        using SpottingBench bench = new(8, [Asked, NoDropout, "batch_per_rank=8", "spotting.rotation_images=raw",
            "spotting.instance_weight=3", "spotting.instance_temperature=0.5"]);
        bench.Step.Run(bench.Images, 1e-3, 1e-3); // the first step has nothing to compare with

        SpottingObservation seen = bench.Forward();

        Tensor played = bench.Images.index_select(0, TensorData.From<long>([0, 2, 4, 6], 4)),
            asked = bench.Images.index_select(0, TensorData.From<long>([1, 3, 5, 7], 4));
        Assert.Equal(played.ToArray<float>(), seen.Images.ToArray<float>());
        Discriminator network = bench.Networks.Discriminator;
        Tensor raw = network.Trunk(QuarterTurns.All(asked), training: true);
        using Generator none = new(1);
        double loss = bench.Memory!.Loss(network.Embed(raw, training: true), [1, 3, 5, 7], 0.5, none).item<float>();
        Assert.InRange(loss, 0.1, 10);
        Assert.Equal(3 * loss, seen.Spotting.Instance!.item<float>(), 1e-4);
        Assert.Equal(seen.Spotting.CrossEntropy.item<float>() + seen.Spotting.Mask!.item<float>()
            + seen.Spotting.Rotation!.item<float>() + seen.Spotting.Instance.item<float>(),
            seen.Spotting.Total.item<float>(), 1e-4);
    }

    [Fact]
    public void Constructor_InstancesAskedWithoutAMemory_SaysWhatToDo()
    {
        using SpottingBench bench = new(8, [Asked, "spotting.rotation_images=raw", "spotting.instance_weight=1"]);
        using Generator random = new(1);

        Assert.StartsWith("spotting.instance_weight asks against a memory of the run's images", Assert.Throws<ArgumentException>(
            () => new SpottingStep(bench.Networks, bench.Recipe, bench.Spotter, bench.Repairer, random, history: null)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InstancesAsked_LearnsToTellTheImages()
    {
        using SpottingBench bench = new(8, [Asked, NoDropout, "batch_per_rank=8", "spotting.rotation_images=raw",
            "spotting.instance_weight=1"]);
        InstanceMemory memory = bench.Memory!;
        memory.Shown = [40, 41, 42, 43, 44, 45, 46, 47];
        List<double> losses = [];

        for (int i = 0; i < 40; i++)
            bench.Step.Run(bench.Images, 2e-3, 1e-4, seen => losses.Add(seen.Spotting.Instance!.item<float>()));

        // Four of eight are asked, every other one of them; none is known at first, then each is to be found among four.
        Assert.Equal(0, losses[0]);
        Assert.InRange(losses[1], 0.5, Math.Log(4));
        Assert.InRange(losses[^1], 0, 0.2);
        bool[] known = [.. memory.Rows.Squared().sum(1).ToArray<float>().Select(length => length > 0)];
        Assert.Equal([41, 43, 45, 47], Enumerable.Range(0, known.Length).Where(i => known[i]));
    }

    [Theory]
    [InlineData(0.5, 64, 32)]
    [InlineData(0.25, 64, 48)]
    [InlineData(0.001, 64, 63)]
    [InlineData(0.999, 64, 2)]
    [InlineData(0.5, 4, 2)]
    public void Players_Share_LeavesBothSidesEnough(double share, long batch, long players)
    {
        using SpottingBench bench = new(Asked);
        SpottingOptions options = new()
        {
            RotationWeight = 1,
            RotationImages = RotationImages.Raw,
            RotationShare = share,
        };
        using Generator random = new(1);

        Assert.Equal(players, new RotationQuestion(options, bench.Networks.Discriminator, random).Players(batch));
    }

    [Theory]
    [InlineData("game")]
    [InlineData("clean")]
    [InlineData("raw")]
    [InlineData("all")]
    public void Differentiate_RotationAsked_AddsItsGradientToTheDiscriminatorAlone(string images)
    {
        string[] settings = [NoDropout, $"spotting.rotation_images={images}"];
        using SpottingBench bench = new([Asked, .. settings]);
        SpottingObservation seen = bench.Forward();
        Dictionary<string, Tensor> game = GradientsOf(seen.Spotting.CrossEntropy.Plus(seen.Spotting.Mask!), bench, "rotation_"),
            question = GradientsOf(seen.Turns!.Loss(), bench, "fc", "mask_head");
        Tensor[] repair = Gradients.Of([seen.Repair.CrossEntropy.Plus(seen.Repair.SquaredError!)], bench.Repairer.Values,
            retainGraph: true);

        SpottingGradients gradients = bench.Step.Differentiate(seen);

        for (int i = 0; i < gradients.Spotting.Length; i++)
        {
            string name = bench.Spotter.Parameters[i].Name;
            Tensor? ofGame = game.GetValueOrDefault(name), ofQuestion = question.GetValueOrDefault(name)?.Times(2);
            Tensor expected = ofGame is null ? ofQuestion! : ofQuestion is null ? ofGame : ofGame.Plus(ofQuestion);
            AssertNear(expected, gradients.Spotting[i]);
        }
        Assert.All(repair.Zip(gradients.Repair), pair => Assert.Equal(pair.First.ToArray<float>(), pair.Second.ToArray<float>()));
    }

    // Central differences of the loss at weights of the new head and of the first layer.
    [Theory]
    [InlineData("game", "discriminator.rotation_fc2.weight")]
    [InlineData("game", "discriminator.rotation_fc1.conv.weight")]
    [InlineData("raw", "discriminator.rotation_fc1.bn.bias")]
    public void Differentiate_RotationAsked_GivesTheSlopeOfTheLoss(string images, string name)
    {
        using SpottingBench bench = new(Asked, NoDropout, "spotting.mask_weight=0", $"spotting.rotation_images={images}");
        SpottingObservation seen = bench.Forward();
        SpottingGradients gradients = bench.Step.Differentiate(seen);
        int at = bench.Spotter.Parameters.Select(p => p.Name).ToList().IndexOf(name);
        Tensor gradient = gradients.Spotting[at], value = bench.Spotter.Values[at];

        double Loss(double by)
        {
            using IDisposable off = no_grad();
            value.AddInPlace(gradient, by);
            double loss = bench.Forward(seen.Mask).Spotting.Rotation!.item<float>();
            value.AddInPlace(gradient, -by);
            return loss;
        }

        // A step along the gradient changes the loss by its squared length.
        double length = gradient.Squared().sum().item<float>(), step = 1e-2 / Math.Sqrt(length);
        Assert.Equal(length, (Loss(step) - Loss(-step)) / (2 * step), 0.02 * length);
    }

    [Fact]
    public void Run_RotationOff_DrawsAndLearnsAsIfThereWereNoOption()
    {
        using SpottingBench plain = new(), off = new("spotting.rotation_weight=0", "spotting.rotation_images=raw");

        foreach (SpottingBench bench in (SpottingBench[])[plain, off])
            bench.Step.Run(bench.Images, 1e-3, 1e-3);

        Assert.Equal(plain.Spotter.Parameters.Select(p => p.Name), off.Spotter.Parameters.Select(p => p.Name));
        Assert.All(plain.Spotter.Values.Zip(off.Spotter.Values),
            pair => Assert.Equal(pair.First.ToArray<float>(), pair.Second.ToArray<float>()));
    }

    [Theory]
    [InlineData("game")]
    [InlineData("clean")]
    [InlineData("raw")]
    [InlineData("all")]
    public void Run_SmallBatch_LearnsToTellTheTurns(string images)
    {
        using SpottingBench bench = new(Asked, NoDropout, "spotting.rotation_share=0.34", $"spotting.rotation_images={images}");
        List<double> right = [];

        for (int step = 0; step < 60; step++)
            bench.Step.Run(bench.Images, 2e-3, 1e-4, seen => right.Add(seen.Turns!.Right().item<float>()));

        // Chance is a quarter.
        Assert.InRange(right.TakeLast(20).Average(), 0.75, 1);
    }

    private static double CrossEntropy(RotationAnswers answers)
    {
        float[] logits = answers.Logits.ToArray<float>();
        long[] turns = answers.Turns.ToArray<long>();
        return turns.Select((turn, i) => Math.Log(logits.Skip(4 * i).Take(4).Sum(v => Math.Exp(v))) - logits[4 * i + turn])
            .Average();
    }

    // At all parameters but those of the parts that take none.
    private static Dictionary<string, Tensor> GradientsOf(Tensor loss, SpottingBench bench, params string[] without)
    {
        TrainedParameter[] parameters = [.. bench.Spotter.Parameters.Where(parameter => !Array.Exists(without,
            part => parameter.Name.StartsWith($"discriminator.{part}", StringComparison.Ordinal)))];
        Tensor[] gradients = Gradients.Of([loss], [.. parameters.Select(parameter => parameter.Value)], retainGraph: true);
        return parameters.Zip(gradients).ToDictionary(pair => pair.First.Name, pair => pair.Second);
    }

    private static void AssertNear(Tensor expected, Tensor actual)
    {
        float[] e = expected.ToArray<float>(), a = actual.ToArray<float>();
        double scale = Math.Max(1e-6, e.Max(Math.Abs));
        Assert.All(e.Zip(a), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, 1e-4));
    }
}
