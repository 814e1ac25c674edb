using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <content>The images made ready, and the stages one after the other.</content>
public sealed partial class Pretrainer
{
    private void Train(ImageSet set, Checkpoint? checkpoint, Task recording, CancellationToken stop)
    {
        DecodedImages images = Prepare(set);
        Device device = EngineDevice.Require(_description.Device);
        using StageRanks ranks = _ranks.Start(set, checkpoint, device);
        if (ranks.Description is { } together)
            _output.Logger.RanksTrainTogether(together);
        using IDisposable precision = EnginePrecision.Use(EnginePrecision.Parse(_description.Precision, device));
        TellCircumstances(device);
        var samples = new SampleImages(images, _recipe.Network.ImageSize, device);
        var loop = new TrainingLoop(Folder, _ranks.Recipe, images, _output, device)
        {
            BeforeCheckpoint = recording,
            Observer = this,
            Ranks = ranks,
        };
        if (TrainingBatches.AreMadeOnDevice(images, device, _output.MemoryBudget))
            _output.Logger.PixelsLieOn(device.ToString());
        if (_ranks.Writes)
            MetricsLog.Rewind(Folder.Metrics, checkpoint?.GetText("stage") ?? AutoencodingStage.Name,
                checkpoint?.GetNumber("step") ?? 0);
        if (_recipe.Pretext == Pretext.Spotting)
            TrainBothStages(checkpoint, loop, samples, stop);
        else
            TrainPretext(images.Set, checkpoint, loop, samples, stop);
        if (images.Skipped is [var first, ..] skipped)
            _output.Logger.ImagesWereSkipped(skipped.Count, first.Name, first.Reason, Folder.Skipped);
    }

    // What differs from the usual, and with it the numbers.
    private void TellCircumstances(Device device)
    {
        if (NativeEngine.VersionWarning is { } warning)
            _output.Logger.LibtorchDiffers(warning);
        if (EngineDevice.IsElsewhere(device) || EnginePrecision.Current != Precision.F32)
            _output.Logger.TrainsOn(device.ToString(), _description.Precision);
    }

    private DecodedImages Prepare(ImageSet set)
    {
        foreach (string line in set.Descriptions)
            _output.Logger.SourceOpened(line);
        string use = set.LabelledCount == 0 || _recipe.Pretext == Pretext.Own ? ""
            : _recipe.Pretext == Pretext.Labels ? " (their labels are learned)" : " (their labels are not used)";
        _output.Logger.ImagesOpened(set.Count, use);
        var view = new Augmentation(_recipe.Augmentation, _recipe.Network.ImageSize);
        var images =
            new DecodedImages(set, new DecodedImagesOptions
            {
                MinCount = _ranks.Recipe.BatchPerRank,
                Target = view.Target,
                MemoryBudget = _output.MemoryBudget
            });
        if (_ranks.Writes)
            images.WriteSkipped(Folder.Skipped);
        if (_recipe.ShuffleBuffer > 0)
            _output.Logger.ShardsAreShuffled(_recipe.ShuffleBuffer);
        return images;
    }

    private void TrainBothStages(Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples, CancellationToken stop)
    {
        using var autoencoder = new Autoencoder(_recipe.Network);
        autoencoder.to(EngineDevice.Require(_description.Device));
        if (checkpoint?.GetText("stage") != SpottingStage.Name)
            TrainAutoencoder(autoencoder, checkpoint, loop, samples, stop);
        else
            checkpoint.Restore(autoencoder);
        TrainDiscriminator(autoencoder, checkpoint, loop, samples, stop);
    }

    private void TrainPretext(ImageSet set, Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples,
        CancellationToken stop)
    {
        IPretext pretext = _pretext
            ?? (_recipe.Pretext == Pretext.Rotation ? new RotationPretext() : new LabelPretext(set));
        if (checkpoint is not null && checkpoint.GetText("stage") is var begun && begun != pretext.Name)
            throw new SpotException(
                $"{Folder.Path} was begun with pretext {begun} and cannot be continued with {pretext.Name}; hand that one in, or begin "
                    + "another run");
        using var stage = new PretextStage(pretext, _recipe, samples, _description.Device);
        if (checkpoint is not null)
            stage.Restore(checkpoint);
        long start = checkpoint?.GetNumber("step") ?? 0;
        if (start > 0)
            _output.Logger.StageContinues(pretext.Name, start);
        loop.Run(stage, start, stop);
        WriteWeights(stage.SaveWeights);
    }

    private void TrainAutoencoder(Autoencoder autoencoder, Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples,
        CancellationToken stop)
    {
        if (checkpoint is null && _description.Autoencoder is { } source)
        {
            _output.Logger.AutoencoderIsTaken(source);
            Checkpoint.Read(source).Restore(autoencoder);
            return;
        }
        using var stage = new AutoencodingStage(autoencoder, _recipe, samples);
        if (checkpoint is null)
            InitialValues.SetVarianceScaling(autoencoder, _recipe.Seed);
        else
            stage.Restore(checkpoint);
        long start = checkpoint?.GetNumber("step") ?? 0;
        if (start > 0)
            _output.Logger.StageContinues("stage 1", start);
        loop.Run(stage, start, stop);
    }

    private void TrainDiscriminator(Autoencoder autoencoder, Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples,
        CancellationToken stop)
    {
        using var stage = new SpottingStage(autoencoder, _recipe, samples, _description.Device);
        long start = 0;
        if (checkpoint?.GetText("stage") == SpottingStage.Name)
        {
            stage.Restore(checkpoint);
            start = checkpoint.GetNumber("step");
            _output.Logger.StageContinues("stage 2", start);
        }
        loop.Run(stage, start, stop);
        WriteWeights(stage.SaveWeights);
    }

    private void WriteWeights(Action<Checkpoint> save)
    {
        if (!_ranks.Writes)
            return;
        var weights = new Checkpoint();
        weights.SetText("preset", _recipe.Preset);
        weights.SetText(TrainedWeights.RecipeKey, RecipeFile.ToYaml(_recipe));
        save(weights);
        weights.Write(Folder.Weights);
        _output.Logger.WeightsWritten(Folder.Weights);
    }
}
