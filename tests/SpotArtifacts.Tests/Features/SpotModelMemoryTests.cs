using SpotArtifacts.Checkpoints;
using SpotArtifacts.Features;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Features;

/// <summary>What a model holds and what it gives back: counted in the whole process, so nothing else may run.</summary>
[Collection(LiveTensors.Collection)]
public sealed class SpotModelMemoryTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Fact]
    public void Dispose_Model_FreesEveryTensorAndRefusesMoreWork()
    {
        long before = LiveTensors.Count();
        SpotModel model = _tiny.Load(new SpotModelOptions { WithRepair = true });
        model.Embed(TinyModel.Blocks(0));
        long between = Tensor.LiveCount;
        for (int i = 0; i < 5; i++) model.Embed(TinyModel.Blocks(i));
        Assert.Equal(between, Tensor.LiveCount);

        model.Dispose();
        model.Dispose();

        Assert.Equal(before, Tensor.LiveCount);
        Assert.Throws<ObjectDisposedException>(() => model.Embed(TinyModel.Blocks(0)));
        Assert.Throws<ObjectDisposedException>(() => model.Run(_ => 1));
    }

    [Fact]
    public void Load_TensorOfAnotherShape_LeaksNothing()
    {
        long before = LiveTensors.Count();
        SafetensorsFile file = SafetensorsFile.Read(_tiny.Weights);
        file.Tensors["discriminator.conv5.conv.weight"] = SafetensorsEntry.From([1f], 1);
        file.Write(_tiny.At("wrong.safetensors"));

        Assert.Throws<CheckpointException>(() => SpotModel.Load(_tiny.At("wrong.safetensors"), new SpotModelOptions { WithRepair = true }));

        Assert.Equal(before, Tensor.LiveCount);
    }

    public void Dispose() => _tiny.Dispose();
}
