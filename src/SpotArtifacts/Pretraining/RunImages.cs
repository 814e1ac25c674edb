using Microsoft.Extensions.Logging;
using SpotArtifacts.Images;

namespace SpotArtifacts.Pretraining;

/// <summary>The images of a run: written down when it begins, and compared whenever it goes on.</summary>
/// <param name="folder">The run.</param>
/// <param name="logger">Told what is different.</param>
internal sealed class RunImages(RunFolder folder, ILogger logger)
{
    /// <summary>Opens the images of a run, where they were or where they are now; the caller closes them.</summary>
    /// <exception cref="SpotException">They are not there.</exception>
    internal ImageSet Open(RunDescription description, ResumeOptions resume, CancellationToken stop)
    {
        if (Now(description, resume).Images.Count == 0)
            throw new SpotException(
                $"the images of {folder.Path} came from a program's own source: continue the run in that program, with the images given to "
                    + "Pretrainer");
        try
        {
            return Now(description, resume).OpenImages(stop);
        }
        catch (ImageSetException gone)
            when (resume.Images is null || resume.Quarantine is null && description.Quarantine is not null)
        {
            string list = description.Quarantine is null ? "" : " --quarantine FILE"; // its places are those of before
            throw new SpotException(
                $"{gone.Message} Where the images have moved, say so: spot resume {folder.Path} --images PATH...{list}", gone);
        }
    }

    /// <summary>Makes sure that the images are those the run began with, and remembers where they are now.</summary>
    /// <param name="set">The images as they are now.</param>
    /// <param name="resume">What is accepted.</param>
    /// <param name="begun">Whether there is a checkpoint: a run of steps over images.</param>
    /// <returns>
    /// Until it is done, the images are being written down: of a million files on a network that takes minutes, in which training
    /// has begun. A checkpoint waits for it.
    /// </returns>
    /// <exception cref="SpotException">They are others, and that was not accepted.</exception>
    internal Task Check(ImageSet set, ResumeOptions resume, bool begun)
    {
        bool known = File.Exists(folder.ImageList);
        if (!known && begun)
            logger.ImageListIsMissing(folder.ImageList);
        string? difference = known ? ImageRecord.Compare(folder.ImageList, set) : null;
        if (difference is not null && !resume.AcceptChangedImages)
            throw new SpotException(
                $"the images are not those the run began with: {difference}. Put them back"
                    + $"{(resume.Images is null ? "" : ", or name their place now")}, or go on with what is there: "
                    + $"spot resume {folder.Path} --accept-changed-images");
        if (difference is not null)
            logger.ImagesDiffer(difference);
        if (resume.Images is not null || resume.Quarantine is not null)
            folder.Write(Now(folder.ReadDescription(), resume));
        return difference is null && known ? Task.CompletedTask : Task.Run(() => ImageRecord.Write(folder.ImageList, set));
    }

    private static RunDescription Now(RunDescription description, ResumeOptions resume) => description with
    {
        Images = resume.Images is { } moved ? [.. moved.Select(Path.GetFullPath)] : description.Images,
        Quarantine = resume.Quarantine is { } list ? Path.GetFullPath(list) : description.Quarantine,
    };
}
