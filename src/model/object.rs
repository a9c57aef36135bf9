//! Object types, what people call them, and the object a question is about.

use std::borrow::Cow;
use std::fmt;

/// The type of an object, by its wire name.
///
/// The set grows over the years: a name that is not among the 13 known ones is an *unknown type*
/// ([`ObjectType::Other`]), evaluated generically (the model's section 4) and never an error.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ObjectType {
    /// `organization`, the root.
    Organization,
    /// `org_project`: all projects. Its id is the organisation's.
    OrgProject,
    /// `org_member`: the members. Its id is the organisation's.
    OrgMember,
    /// `org_audit_logs`. Its id is the organisation's.
    OrgAuditLogs,
    /// `project_group`: a group of projects.
    ProjectGroup,
    /// `project`.
    Project,
    /// `experiment`.
    Experiment,
    /// `dataset`.
    Dataset,
    /// `prompt`: prompts, functions, scorers, classifiers, tools, tasks and custom views.
    Prompt,
    /// `prompt_session`: a playground.
    PromptSession,
    /// `project_log`: a project's logs. Its id is the project's.
    ProjectLog,
    /// `group`: a permission group as an object to administer.
    Group,
    /// `role`.
    Role,
    /// A type that this version of the model does not know.
    Other(Box<str>),
}

/// The wire names of the 13 known types, in the model's order; a type's number is its place here.
pub const OBJECT_TYPES: [&str; 13] = [
    "organization",
    "org_project",
    "org_member",
    "org_audit_logs",
    "project_group",
    "project",
    "experiment",
    "dataset",
    "prompt",
    "prompt_session",
    "project_log",
    "group",
    "role",
];

/// What people call the types (section 1), singular and plural, with spaces.
pub const NOUNS: [(&str, &str); 21] = [
    ("log", "project_log"),
    ("logs", "project_log"),
    ("playground", "prompt_session"),
    ("playgrounds", "prompt_session"),
    ("function", "prompt"),
    ("functions", "prompt"),
    ("scorer", "prompt"),
    ("scorers", "prompt"),
    ("classifier", "prompt"),
    ("classifiers", "prompt"),
    ("tool", "prompt"),
    ("tools", "prompt"),
    ("task", "prompt"),
    ("tasks", "prompt"),
    ("custom view", "prompt"),
    ("custom views", "prompt"),
    ("all projects", "org_project"),
    ("members", "org_member"),
    ("member", "org_member"),
    ("audit logs", "org_audit_logs"),
    ("audit log", "org_audit_logs"),
];

pub(crate) use super::number;

pub(crate) fn known_type_number(name: &str) -> Option<u16> {
    OBJECT_TYPES.iter().position(|t| *t == name).map(|i| i as u16)
}

/// The wire name for what a person wrote: a wire name, or a noun of section 1 with spaces or
/// underscores. Anything else is returned as it is and is then an unknown type.
pub(crate) fn wire_name(name: &str) -> &str {
    if known_type_number(name).is_some() {
        return name;
    }
    let spaced: Cow<'_, str> =
        if name.contains('_') { Cow::Owned(name.replace('_', " ")) } else { Cow::Borrowed(name) };
    NOUNS.iter().find(|(noun, _)| *noun == spaced).map_or(name, |(_, wire)| wire)
}

impl ObjectType {
    /// The wire name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            ObjectType::Other(name) => name,
            known => OBJECT_TYPES[known.known_index()],
        }
    }

    fn known_index(&self) -> usize {
        match self {
            ObjectType::Organization => 0,
            ObjectType::OrgProject => 1,
            ObjectType::OrgMember => 2,
            ObjectType::OrgAuditLogs => 3,
            ObjectType::ProjectGroup => 4,
            ObjectType::Project => 5,
            ObjectType::Experiment => 6,
            ObjectType::Dataset => 7,
            ObjectType::Prompt => 8,
            ObjectType::PromptSession => 9,
            ObjectType::ProjectLog => 10,
            ObjectType::Group => 11,
            ObjectType::Role | ObjectType::Other(_) => 12,
        }
    }
}

impl From<&str> for ObjectType {
    /// From a wire name or one of the nouns people use (section 1).
    fn from(name: &str) -> ObjectType {
        match wire_name(name) {
            "organization" => ObjectType::Organization,
            "org_project" => ObjectType::OrgProject,
            "org_member" => ObjectType::OrgMember,
            "org_audit_logs" => ObjectType::OrgAuditLogs,
            "project_group" => ObjectType::ProjectGroup,
            "project" => ObjectType::Project,
            "experiment" => ObjectType::Experiment,
            "dataset" => ObjectType::Dataset,
            "prompt" => ObjectType::Prompt,
            "prompt_session" => ObjectType::PromptSession,
            "project_log" => ObjectType::ProjectLog,
            "group" => ObjectType::Group,
            "role" => ObjectType::Role,
            other => ObjectType::Other(other.into()),
        }
    }
}

impl fmt::Display for ObjectType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The object a question is about: a type, an id where the type needs one, and, for an object the
/// data may not know, the project the caller says it is in.
///
/// The project counts only when the organisation's data do not know the object (section 4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    pub(crate) object_type: ObjectType,
    pub(crate) id: Option<Box<str>>,
    pub(crate) project: Option<Box<str>>,
}

macro_rules! with_id {
    ($($(#[$doc:meta])* $name:ident => $variant:ident;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(id: &str) -> Object {
            Object::new(ObjectType::$variant, id)
        })*
    };
}

macro_rules! without_id {
    ($($(#[$doc:meta])* $name:ident => $variant:ident;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name() -> Object {
            Object { object_type: ObjectType::$variant, id: None, project: None }
        })*
    };
}

impl Object {
    /// Any object by type and id. The type may be an [`ObjectType`], a wire name or a noun.
    #[must_use]
    pub fn new(object_type: impl Into<ObjectType>, id: &str) -> Object {
        Object { object_type: object_type.into(), id: Some(id.into()), project: None }
    }

    /// An object without an id: the organisation's own for the four types that exist once, and an
    /// unknown object for any other type.
    #[must_use]
    pub fn of_type(object_type: impl Into<ObjectType>) -> Object {
        Object { object_type: object_type.into(), id: None, project: None }
    }

    without_id! {
        /// The organisation itself.
        organization => Organization;
        /// All projects.
        all_projects => OrgProject;
        /// The members.
        members => OrgMember;
        /// The audit logs.
        audit_logs => OrgAuditLogs;
    }

    with_id! {
        /// A group of projects.
        project_group => ProjectGroup;
        /// A project.
        project => Project;
        /// An experiment.
        experiment => Experiment;
        /// A dataset.
        dataset => Dataset;
        /// A prompt, function, scorer, classifier, tool or task.
        prompt => Prompt;
        /// A playground.
        prompt_session => PromptSession;
        /// The logs of the project with this id.
        project_log => ProjectLog;
        /// A permission group as an object to administer.
        group => Group;
        /// A role.
        role => Role;
    }

    /// The same object, with the project that the caller believes it to be in.
    #[must_use]
    pub fn in_project(mut self, project: &str) -> Object {
        self.project = Some(project.into());
        self
    }

    /// Its type.
    #[must_use]
    pub fn object_type(&self) -> &ObjectType {
        &self.object_type
    }

    /// Its id, when one was given.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
