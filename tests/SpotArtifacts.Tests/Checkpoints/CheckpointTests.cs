using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private static readonly NetworkOptions s_sizes = Presets.Get("fix32").Network;
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Autoencoder _network = new(s_sizes);

    private string File => _folder.At("last.safetensors");

    [Theory]
    [InlineData("encoder.stem.conv.weight", float.NaN)]
    [InlineData("encoder.stem.conv.weight", float.PositiveInfinity)]
    [InlineData("encoder.stem.bn.running_mean", float.NegativeInfinity)]
    [InlineData("encoder.stem.bn.running_var", -1f)] // its root is none
    public void Read_NumberThatNoTrainingLeaves_NamesFileAndTensor(string name, float value)
    {
        Checkpoint saved = new();
        saved.Add(name, [1, value, 2], 3);
        saved.Write(File);

        string message = Assert.Throws<CheckpointException>(() => Checkpoint.Read(File)).Message;

        Assert.StartsWith(
            $"{File}: tensor {name} holds NaN, an infinity or a negative variance", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_OptimizerAfterAStep_BringsBackMomentsAveragesAndCount()
    {
        InitialValues.SetVarianceScaling(_network, 1);
        using Adam adam = Optimizer();
        adam.Step([.. adam.Parameters.Select(p => p.Value.ones_like())], 0.01);
        var saved = new Checkpoint();
        saved.Add(_network);
        saved.Add("it", adam);
        saved.Write(File);
        InitialValues.SetVarianceScaling(_network, 2);
        using Adam other = Optimizer();

        Checkpoint read = Checkpoint.Read(File);
        read.Restore(_network);
        read.Restore("it", other);

        Assert.Equal(1, other.StepCount);
        for (int i = 0; i < adam.Parameters.Count; i++)
        {
            Assert.Equal(adam.FirstMoments[i].ToArray<float>(), other.FirstMoments[i].ToArray<float>());
            Assert.Equal(adam.SecondMoments[i].ToArray<float>(), other.SecondMoments[i].ToArray<float>());
            Assert.Equal(adam.Averages[i].ToArray<float>(), other.Averages[i].ToArray<float>());
        }
    }

    [Fact]
    public void Restore_Averaged_TakesTheAverageWhereThereIsOne()
    {
        var saved = new Checkpoint();
        saved.Add(_network);
        saved.Add("ema.decoder.out.bias", TensorData.From<float>([1, 2, 3], 3));
        saved.Write(File);

        Checkpoint.Read(File).Restore(_network, averaged: true);

        Assert.Equal([1, 2, 3], _network.Tensors().Single(p => p.Name == "decoder.out.bias").Value.ToArray<float>());
    }

    [Fact]
    public void Restore_Generator_GoesOnWithTheSameDraws()
    {
        using var generator = new Generator(3);
        Operations.Normal(generator, CPU, 5);
        var saved = new Checkpoint();
        saved.Add("random", generator);
        float[] expected = Operations.Normal(generator, CPU, 7).ToArray<float>();
        using var other = new Generator(4);

        saved.Restore("random", other);

        Assert.Equal(expected, Operations.Normal(other, CPU, 7).ToArray<float>());
    }

    [Fact]
    public void Restore_MissingTensor_NamesFileAndTensor()
    {
        new Checkpoint().Write(File);

        AssertMessage($"{File}: tensor encoder.stem.conv.weight is missing", read => read.Restore(_network));
    }

    [Fact]
    public void Restore_OtherShape_NamesBothShapes()
    {
        var saved = new Checkpoint();
        saved.Add("encoder.stem.conv.weight", TensorData.Full(0, CPU, 8, 3, 1, 1));
        saved.Write(File);

        AssertMessage($"{File}: tensor encoder.stem.conv.weight has shape [8, 3, 1, 1], the network needs [8, 3, 3, 3]",
            read => read.Restore(_network));
    }

    [Fact]
    public void GetText_Missing_AsksWhetherItIsACheckpoint()
    {
        new Checkpoint().Write(File);

        AssertMessage($"{File}: no 'stage' in its metadata; is it a checkpoint of spot?", read => read.GetText("stage"));
    }

    [Fact]
    public void GetNumber_NoNumber_ShowsTheText()
    {
        var saved = new Checkpoint();
        saved.SetText("step", "1e3");
        saved.Write(File);

        AssertMessage($"{File}: 'step' is '1e3', not a whole number", read => read.GetNumber("step"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void FindNonFinite_OneBadValue_NamesItsTensor(float bad)
    {
        var checkpoint = new Checkpoint();
        checkpoint.Add("good", TensorData.From<float>([1, float.MaxValue], 2));
        Assert.Null(checkpoint.FindNonFinite());
        checkpoint.Add("bad", TensorData.From<float>([1, bad], 2));

        Assert.Equal("bad", checkpoint.FindNonFinite());
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    private Adam Optimizer() => new(_network.Trained().ForOptimizer(), OptimizerSettings.Of(new OptimizerOptions()));

    private void AssertMessage(string message, Action<Checkpoint> read) =>
        Assert.Equal(message, Assert.Throws<CheckpointException>(() => read(Checkpoint.Read(File))).Message);
}
